import { readFile } from "node:fs/promises";
import path from "node:path";
import { OperationError } from "@same-kit/shared";
import { execa } from "execa";
import { listEntries, type PackageEntry } from "./entries.ts";

/** A CPython in its layout below `python/cpython/` of the package. */
export type BundledPython = {
  version: string;
  /** `cloud`: built for the cloud's platform. `machine`: a stand-in made from a local Python, for rehearsals. */
  kind: "cloud" | "machine";
  entries: PackageEntry[];
};

const PREFIX = "python/cpython/";
// Not needed to run notebooks: tests, GUI, installed packages and the pieces that only build Python itself.
const UNWANTED = [
  /\/(test|tests|idlelib|turtledemo|tkinter|lib2to3|config-[^/]+)\//,
  /\/(__pycache__|dist-packages|site-packages)\//,
  /\.(a|o|h)$/,
];
const DESCRIBE = [
  "import json,os,sys",
  "exe=os.path.realpath(getattr(sys,'_base_executable',sys.executable))",
  "print(json.dumps([sys.base_prefix,exe,'%d.%d.%d'%sys.version_info[:3]]))",
].join(";");

/** Lists the files of an unpacked python-build-standalone build that go into the package. */
export async function bundleCloudPython(folder: string, version: string): Promise<BundledPython> {
  const executable = path.join(folder, "bin", `python${minorOf(version)}`);
  return { version, kind: "cloud", entries: await bundle(folder, executable, version) };
}

/**
 * Creates a stand-in from a local Python, laid out so that the interpreter finds its library next to itself. It runs
 * here, not in the cloud.
 */
export async function bundleMachinePython(interpreter: string): Promise<BundledPython> {
  const result = await execa(interpreter, ["-I", "-c", DESCRIBE], { reject: false, stdin: "ignore" });
  if (result.failed) {
    throw new OperationError({
      code: "ERR_DEPLOY_PYTHON_UNUSABLE",
      message: `${interpreter} does not run: ${result.stderr || result.shortMessage}`,
      hint: "Choose another Python with --python.",
    });
  }
  const [prefix, executable, version] = JSON.parse(result.stdout) as [string, string, string];
  return { version, kind: "machine", entries: await bundle(prefix, executable, version) };
}

/** The executable, its standard library, and its own shared library if it is linked against one. */
async function bundle(prefix: string, executable: string, version: string): Promise<PackageEntry[]> {
  const minor = minorOf(version);
  const library = `lib/python${minor}/`;
  const files = await listEntries(path.join(prefix, library), PREFIX + library, (name) => {
    return !UNWANTED.some((pattern) => pattern.test(`/${name}`));
  });
  const shared = `libpython${minor}.so.1.0`;
  if ((await readFile(executable)).includes(shared)) {
    files.push({ name: `${PREFIX}lib/${shared}`, source: path.join(prefix, "lib", shared), isExecutable: false });
  }
  return [{ name: `${PREFIX}bin/python3`, source: executable, isExecutable: true }, ...files];
}

/** `3.12` of `3.12.14`. */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
