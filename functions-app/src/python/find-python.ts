import { readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findOnPath } from "@same-kit/shared";
import { bundledLaunches } from "./bundled-python.ts";
import { PythonNotFoundError } from "./errors.ts";
import { type Interpreter, OLDEST_MINOR, type PythonOrigin, probeInterpreter } from "./probe-interpreter.ts";
import { behindShim, pyenvRoot } from "./pyenv-shim.ts";

export type PythonSearch = {
  env: NodeJS.ProcessEnv;
  /** The folder `python/` of a deployed app, which may contain a CPython. */
  appPythonDir?: string;
};

export type RejectedPython = { command: string; origin: PythonOrigin; reason: string };

type Candidate = { command: string; launch: readonly [string, ...string[]]; origin: PythonOrigin };

/**
 * The interpreter that runs steps: the one that `SAME_PYTHON` names (a path, or a name on PATH), the package's own, that of the active
 * virtual or conda environment, or the first one on PATH, then in version managers' folders, that can be run. Shims of version managers
 * without a selected version fail and are skipped, and so are versions that the app cannot use.
 *
 * @throws PythonNotFoundError that lists what was tried and why it was not used.
 */
export async function findPython(search: PythonSearch): Promise<Interpreter> {
  const rejected: RejectedPython[] = [];
  for await (const found of probeAll(search)) {
    if ("launch" in found) return found;
    rejected.push(found);
    // An explicit choice is not replaced by something else.
    if (found.origin === "SAME_PYTHON") break;
  }
  throw new PythonNotFoundError(notFoundText(rejected));
}

/** Every interpreter of this machine once, usable or not, in the order in which {@link findPython} would take them. */
export async function listPythons(
  search: PythonSearch,
): Promise<{ usable: Interpreter[]; rejected: RejectedPython[] }> {
  const usable: Interpreter[] = [];
  const rejected: RejectedPython[] = [];
  for await (const found of probeAll(search)) {
    if (!("launch" in found)) rejected.push(found);
    else if (!usable.some((it) => realOf(it) === realOf(found))) usable.push(found);
  }
  return { usable, rejected };
}

/** Links such as `python` and `python3` are the same interpreter; a virtual environment's link to its base is a different one. */
function realOf({ executable, isVirtualEnvironment }: Interpreter): string {
  return isVirtualEnvironment ? executable : realpathSync(executable);
}

async function* probeAll(search: PythonSearch): AsyncGenerator<Interpreter | RejectedPython> {
  const seen = new Set<string>();
  for await (const { command, launch, origin } of candidates(search)) {
    const key = launch.join("\0");
    if (seen.has(key)) continue;
    seen.add(key);
    const answer = await probeInterpreter(launch, origin, search.env);
    yield "rejected" in answer ? { command, origin, reason: answer.rejected } : answer;
  }
}

async function* candidates({ env, appPythonDir }: PythonSearch): AsyncGenerator<Candidate> {
  const wanted = env["SAME_PYTHON"]?.trim();
  if (wanted) yield plain(resolveCommand(wanted, env), "SAME_PYTHON");
  if (appPythonDir !== undefined) {
    for await (const launch of bundledLaunches(appPythonDir)) {
      yield { command: launch.at(-1) as string, launch, origin: "bundled" };
    }
  }
  for (const name of ["VIRTUAL_ENV", "CONDA_PREFIX"] as const) {
    const prefix = env[name];
    if (prefix) yield plain(interpreterIn(prefix), name);
  }
  for (const file of onPath(env)) yield { ...plain(behindShim(file, env, process.cwd()), "PATH"), command: file };
  for (const file of inManagedFolders(env)) yield plain(file, "managed");
}

const plain = (file: string, origin: PythonOrigin): Candidate => ({ command: file, launch: [file], origin });

const isWindows = process.platform === "win32";
const PROGRAM_NAMES = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9"];

/** Conda on Windows has the interpreter at the top level and everything else in `Scripts` or `bin`. */
function interpreterIn(prefix: string): string {
  if (!isWindows) return path.join(prefix, "bin", isFile(path.join(prefix, "bin", "python")) ? "python" : "python3");
  const inScripts = path.join(prefix, "Scripts", "python.exe");
  return isFile(inScripts) ? inScripts : path.join(prefix, "python.exe");
}

function resolveCommand(wanted: string, env: NodeJS.ProcessEnv): string {
  if (isFolder(wanted)) return interpreterIn(path.resolve(wanted));
  if (wanted.includes("/") || wanted.includes(path.sep)) return path.resolve(wanted);
  return findOnPath(wanted, env)[0] ?? wanted;
}

/** All `python3` on PATH before the first `python`, because the latter may be a Python 2. */
function* onPath(env: NodeJS.ProcessEnv): Generator<string> {
  for (const name of PROGRAM_NAMES) yield* findOnPath(name, env);
}

/** Newest version first. */
function inManagedFolders(env: NodeJS.ProcessEnv): string[] {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? os.homedir();
  const folders = [
    path.join(pyenvRoot(env), "versions"),
    path.join(env["ASDF_DATA_DIR"] ?? path.join(home, ".asdf"), "installs", "python"),
    path.join(env["MISE_DATA_DIR"] ?? path.join(home, ".local", "share", "mise"), "installs", "python"),
    path.join(env["XDG_DATA_HOME"] ?? path.join(home, ".local", "share"), "uv", "python"),
  ];
  return folders
    .flatMap((folder) => versionFolders(folder).map((name) => interpreterIn(path.join(folder, name))))
    .filter(isFile);
}

function versionFolders(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  } catch {
    return [];
  }
}

const isFile = (file: string): boolean => statOf(file)?.isFile() === true;
const isFolder = (file: string): boolean => statOf(file)?.isDirectory() === true;

/** A file that cannot be accessed, such as one in another user's folder on PATH, counts as missing. */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function notFoundText(rejected: readonly RejectedPython[]): string {
  const wish = rejected.find(({ origin }) => origin === "SAME_PYTHON");
  if (wish !== undefined) {
    return `The Python chosen by SAME_PYTHON, ${wish.command}, ${wish.reason}. Choose a CPython 3.${OLDEST_MINOR} or newer.`;
  }
  const tried = rejected.map(({ command, reason }) => `\n  ${command} ${reason}`).join("");
  const what = tried === "" ? "there is none on PATH" : `tried:${tried}`;
  return `No usable Python was found (${what}${tried === "" ? "" : "\n"}). Install CPython 3.${OLDEST_MINOR} or newer, or name one with the app setting SAME_PYTHON.`;
}
