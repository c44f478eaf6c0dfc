import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PythonError } from "./errors.ts";
import { findUv, type PipSettings, pipVariables, readPipSettings, uvVariables } from "./installer.ts";
import { offlineVariables, withoutIndexes } from "./offline.ts";
import type { Interpreter } from "./probe-interpreter.ts";
import { type InstallerDeps, linesOf, run } from "./run-installer.ts";
import { checkSize, type SpaceLimits } from "./space.ts";

export type InstallDeps = SpaceLimits &
  InstallerDeps & {
    /** The environment can also import the packages of the interpreter that it is created with. */
    keepsOwnPackages: boolean;
  };

/** What was installed, and by which tool: `uv 0.9.2`. */
export type EnvironmentLock = {
  installer: string;
  /** As lines of a requirements.txt, with exact versions. */
  packages: readonly string[];
};

type InstalledEnvironment = { python: string; lock: EnvironmentLock };

// A virtual environment created with the Python of another one sees the packages of neither. Their folders are therefore added after its own.
const LINK_PACKAGES = `
import os, sys
target = os.path.join(sys.argv[1], "lib", "python%d.%d" % sys.version_info[:2], "site-packages", "same_kit_own.pth")
own = [it for it in sys.path if os.path.basename(it) in ("site-packages", "dist-packages")]
with open(target, "w", encoding="utf-8") as file:
    print(*own, sep="\\n", file=file)
`;

const LIST_PACKAGES = `
import json
from importlib import metadata
for one in metadata.distributions():
    name, url = one.metadata["Name"], None
    try:
        url = json.loads(one.read_text("direct_url.json") or "{}").get("url")
    except ValueError:
        pass
    if name:
        print("%s @ %s" % (name, url) if url else "%s==%s" % (name, one.version))
`;
// A new virtual environment contains these before anything is installed.
const OF_VENV = /^(pip|setuptools|wheel)==/i;

type Installation = { folder: string; requirements: Buffer; interpreter: Interpreter; deps: InstallDeps };

/** Creates a virtual environment in `folder` and installs into it: with uv if it is installed and can do it, otherwise with pip. */
export async function installRequirements(
  folder: string,
  requirements: Buffer,
  interpreter: Interpreter,
  given: InstallDeps,
): Promise<InstalledEnvironment> {
  refuseWithoutCopy(interpreter);
  const uv = findUv(given.env);
  // pip reads its settings itself.
  const asks = given.isOffline || uv !== undefined;
  const settings = asks ? await pipSettings(interpreter, given) : new Map<string, string>();
  const deps = given.isOffline ? { ...given, env: offlineVariables(given.env, settings) } : given;
  const installation = {
    folder,
    requirements: deps.isOffline ? withoutIndexes(requirements) : requirements,
    interpreter,
    deps,
  };
  const byUv = uv === undefined ? null : await installByUv(uv, installation, settings);
  if (byUv === null) await installByPip(installation);
  const python = pythonIn(folder);
  const found = await linesOf("list the packages", [python, "-I", "-c", LIST_PACKAGES], interpreter, deps);
  const installer = byUv ?? found.find((line) => line.startsWith("pip=="))?.replace("==", " ") ?? "pip";
  const packages = found.filter((line) => !OF_VENV.test(line));
  if (deps.keepsOwnPackages) {
    const link = [...interpreter.launch, "-c", LINK_PACKAGES, folder] as const;
    await run("add the interpreter's own packages", link, interpreter, deps);
  }
  await checkSize(folder, deps);
  return { python, lock: { installer, packages: packages.sort() } };
}

const pythonIn = (folder: string): string => path.join(folder, "bin", "python");

async function pipSettings(interpreter: Interpreter, deps: InstallDeps): Promise<PipSettings> {
  const command = [...interpreter.launch, "-I", "-m", "pip", "config", "list"] as const;
  const lines = await linesOf("read pip's settings", command, interpreter, deps).catch(() => null);
  deps.signal.throwIfAborted();
  // An interpreter without pip; the environment's pip still reads the variables.
  return readPipSettings(lines ?? pipVariables(deps.env));
}

/** @returns null if uv does not support one of pip's settings, or if it fails and pip can be tried. */
async function installByUv(uv: string, installation: Installation, settings: PipSettings): Promise<string | null> {
  const { folder, interpreter, deps } = installation;
  const variables = uvVariables(settings);
  if (variables === undefined) return null;
  // pip uses the best version from all indexes.
  const env = { UV_INDEX_STRATEGY: "unsafe-best-match", ...(deps.isOffline ? {} : variables), ...deps.env };
  const own = { ...deps, env };
  const cache = deps.isInCloud ? ["--no-cache"] : [];
  const make = ["venv", "--no-project", "--no-python-downloads", "--python", interpreter.executable, folder];
  try {
    const [version = "uv"] = await linesOf("start uv", [uv, "--version"], interpreter, own);
    await run("create the virtual environment", [uv, ...make], interpreter, own);
    const file = await writeRequirements(installation);
    const install = ["pip", "install", "--no-progress", ...cache, "--python", pythonIn(folder), "-r", file];
    await run("install requirements.txt", [uv, ...install], interpreter, own);
    return version.replace(/ \(.*$/, "");
  } catch (error) {
    if (deps.signal.aborted || !interpreter.hasVenv || isNoSpace(error)) throw error;
    deps.onLine("uv failed; trying pip.");
    await rm(folder, { recursive: true, force: true });
    return null;
  }
}

const isNoSpace = (error: unknown): boolean => error instanceof PythonError && error.code === "ERR_PYTHON_NO_SPACE";

async function installByPip(installation: Installation): Promise<void> {
  const { folder, interpreter, deps } = installation;
  refuseWithoutVenv(interpreter);
  const python = pythonIn(folder);
  await run("create the virtual environment", [...interpreter.launch, "-m", "venv", folder], interpreter, deps);
  const file = await writeRequirements(installation);
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  const cache = deps.isInCloud ? ["--no-cache-dir"] : [];
  const index = deps.isOffline ? ["--no-index"] : [];
  const pip = [python, "-I", "-m", "pip", "install", ...quiet, ...cache, ...index, "-r", file] as const;
  await run("install requirements.txt", pip, interpreter, deps);
}

async function writeRequirements({ folder, requirements }: Installation): Promise<string> {
  const file = path.join(folder, "requirements.txt");
  await writeFile(file, requirements);
  return file;
}

function refuseWithoutVenv({ executable, version, minor, hasVenv }: Interpreter): void {
  if (hasVenv) return;
  throw new PythonError(
    "ERR_PYTHON_WITHOUT_VENV",
    `A requirements.txt needs a virtual environment, which Python ${version} (${executable}) cannot create: its venv or ensurepip module is missing. Install it (Debian and Ubuntu: apt install python${minor}-venv), install uv, or choose another Python with SAME_PYTHON.`,
  );
}

function refuseWithoutCopy({ launch }: Interpreter): void {
  if (launch.length === 1) return;
  throw new PythonError(
    "ERR_PYTHON_WITHOUT_VENV",
    `A requirements.txt needs a virtual environment, which the package's own Python cannot create here: neither it nor a copy in the temp folder may be executed directly. Ship the packages with the app instead: same-kit up --with NAME,…`,
  );
}
