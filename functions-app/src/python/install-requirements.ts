import { writeFile } from "node:fs/promises";
import path from "node:path";
import { PythonError } from "./errors.ts";
import type { Interpreter } from "./probe-interpreter.ts";
import { runGuarded } from "./run-guarded.ts";
import type { RunnerFiles } from "./runner-files.ts";
import { checkSize, type SpaceLimits } from "./space.ts";

export type InstallDeps = SpaceLimits & {
  files: RunnerFiles;
  env: NodeJS.ProcessEnv;
  pycacheDir: string;
  /** The environment also sees the packages of the interpreter that it is made with. */
  keepsOwnPackages: boolean;
  /** What `venv` and pip print. */
  onLine: (line: string) => void;
  signal: AbortSignal;
};

const LAST_LINES = 20;

// A virtual environment made with another one's Python sees the packages of neither: so their folders are named, after its own.
const LINK_PACKAGES = `
import os, sys
target = os.path.join(sys.argv[1], "lib", "python%d.%d" % sys.version_info[:2], "site-packages", "same_kit_own.pth")
own = [it for it in sys.path if os.path.basename(it) in ("site-packages", "dist-packages")]
with open(target, "w", encoding="utf-8") as file:
    print(*own, sep="\\n", file=file)
`;

/**
 * Makes a virtual environment in `folder` and installs into it.
 *
 * @returns Its interpreter.
 */
export async function installRequirements(
  folder: string,
  requirements: Buffer,
  interpreter: Interpreter,
  deps: InstallDeps,
): Promise<string> {
  refuseWithoutVenv(interpreter);
  const python = path.join(folder, "bin", "python");
  await run("make the virtual environment", [...interpreter.launch, "-m", "venv", folder], interpreter, deps);
  const file = path.join(folder, "requirements.txt");
  await writeFile(file, requirements);
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  const cache = deps.isInCloud ? ["--no-cache-dir"] : [];
  const pip = [python, "-I", "-m", "pip", "install", ...quiet, ...cache, "-r", file] as const;
  await run("install requirements.txt", pip, interpreter, deps);
  if (deps.keepsOwnPackages) {
    const link = [...interpreter.launch, "-c", LINK_PACKAGES, folder] as const;
    await run("add the interpreter's own packages", link, interpreter, deps);
  }
  await checkSize(folder, deps);
  return python;
}

function refuseWithoutVenv({ executable, version, minor, hasVenv, launch }: Interpreter): void {
  if (!hasVenv) {
    throw new PythonError(
      "ERR_PYTHON_WITHOUT_VENV",
      `A requirements.txt needs a virtual environment, which Python ${version} (${executable}) cannot make: its venv or ensurepip module is missing. Install it (Debian and Ubuntu: apt install python${minor}-venv), or choose another Python with SAME_PYTHON.`,
    );
  }
  if (launch.length > 1) {
    throw new PythonError(
      "ERR_PYTHON_WITHOUT_VENV",
      `A requirements.txt needs a virtual environment, which the package's own Python cannot make here: neither it nor a copy in the temp folder may be executed directly. Ship the packages with the app instead: same-kit up --with NAME,…`,
    );
  }
}

async function run(
  what: string,
  command: readonly [string, ...string[]],
  interpreter: Interpreter,
  deps: InstallDeps,
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
  if (code !== 0) throw failed(what, code, lines);
}

function failed(what: string, code: number, lines: readonly string[]): PythonError {
  const printed = lines.join("\n");
  if (/No space left on device|Errno 28|ENOSPC/i.test(printed)) {
    return new PythonError(
      "ERR_PYTHON_NO_SPACE",
      `Python could not ${what}: there is no space left. In the cloud only the temp folder can be written; ship large packages with the app instead: same-kit up --with NAME,… It printed:\n${printed}`,
    );
  }
  return new PythonError(
    "ERR_PYTHON_REQUIREMENTS",
    `Python could not ${what} (exit code ${code}). It printed:\n${printed}`,
  );
}
