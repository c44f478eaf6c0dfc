import { PythonError } from "./errors.ts";
import { missingOffline } from "./offline.ts";
import type { Interpreter } from "./probe-interpreter.ts";
import { runGuarded } from "./run-guarded.ts";
import type { RunnerFiles } from "./runner-files.ts";

const LAST_LINES = 20;

export type InstallerDeps = {
  files: RunnerFiles;
  env: NodeJS.ProcessEnv;
  pycacheDir: string;
  /** Packages are installed only from this machine. */
  isOffline: boolean;
  /** What uv, `venv` and pip print. */
  onLine: (line: string) => void;
  signal: AbortSignal;
};

type Command = readonly [string, ...string[]];

/** The output of a program, which is not shown to the user. */
export async function linesOf(
  what: string,
  command: Command,
  interpreter: Interpreter,
  deps: InstallerDeps,
): Promise<string[]> {
  const lines: string[] = [];
  await run(what, command, interpreter, { ...deps, onLine: (line) => void lines.push(line) });
  return lines;
}

/** @param what - Completes `Python could not`. @throws PythonError if the program fails. */
export async function run(
  what: string,
  command: Command,
  interpreter: Interpreter,
  deps: InstallerDeps,
): Promise<void> {
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    deps.onLine(line);
  };
  const { files, env, pycacheDir, signal } = deps;
  const cwd = files.folder;
  const code = await runGuarded({ interpreter, files, pycacheDir, command, env, cwd, onLine, signal });
  signal.throwIfAborted();
  if (code !== 0) throw failed(what, code, lines, deps);
}

function failed(what: string, code: number, lines: readonly string[], { isOffline }: InstallerDeps): PythonError {
  const printed = lines.join("\n");
  if (/No space left on device|Errno 28|ENOSPC|os error 28/i.test(printed)) {
    return new PythonError(
      "ERR_PYTHON_NO_SPACE",
      `Python could not ${what}: there is no space left. In the cloud only the temp folder can be written; ship large packages with the app instead: same-kit up --with NAME,… It printed:\n${printed}`,
    );
  }
  if (isOffline && what === "install requirements.txt") return missingOffline(printed);
  return new PythonError(
    "ERR_PYTHON_REQUIREMENTS",
    `Python could not ${what} (exit code ${code}). It printed:\n${printed}`,
  );
}
