/** What went wrong around Python, outside the user's own code. Permanent and greppable. */
type PythonErrorCode =
  /** No usable interpreter was found, or the requested one does not run. */
  | "ERR_PYTHON_NOT_FOUND"
  /** The interpreter cannot create virtual environments. */
  | "ERR_PYTHON_WITHOUT_VENV"
  /** uv and pip could not install a requirements.txt. */
  | "ERR_PYTHON_REQUIREMENTS"
  /** A requirements.txt needs packages that are not on this machine, and no package index may be used. */
  | "ERR_PYTHON_OFFLINE"
  /** A requirements.txt needs more disk space than is available. */
  | "ERR_PYTHON_NO_SPACE"
  /** The process for a step did not start. */
  | "ERR_PYTHON_START";

/** Shown to the user as the failure of their step, so the message says what to do. */
export class PythonError extends Error {
  readonly code: PythonErrorCode;

  constructor(code: PythonErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** No usable interpreter was found; the message lists what was tried. */
export class PythonNotFoundError extends PythonError {
  constructor(message: string) {
    super("ERR_PYTHON_NOT_FOUND", message);
  }
}
