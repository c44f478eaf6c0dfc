/** What went wrong around Python, before or outside of the user's own code. Permanent and greppable. */
export type PythonErrorCode =
  /** No interpreter runs, or the one asked for does not. */
  | "ERR_PYTHON_NOT_FOUND"
  /** The interpreter cannot make virtual environments. */
  | "ERR_PYTHON_WITHOUT_VENV"
  /** uv and pip could not install a requirements.txt. */
  | "ERR_PYTHON_REQUIREMENTS"
  /** A requirements.txt needs packages that are not on this machine, and no package index may be asked. */
  | "ERR_PYTHON_OFFLINE"
  /** A requirements.txt needs more space than there is. */
  | "ERR_PYTHON_NO_SPACE"
  /** The process that shall run a step did not start. */
  | "ERR_PYTHON_START";

/** Shown to the person as the failure of their step, so the message says what to do. */
export class PythonError extends Error {
  readonly code: PythonErrorCode;

  constructor(code: PythonErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

export class PythonNotFoundError extends PythonError {
  constructor(message: string) {
    super("ERR_PYTHON_NOT_FOUND", message);
  }
}
