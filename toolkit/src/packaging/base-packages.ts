import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { createFolderAside, OperationError } from "@same-kit/shared";
import { execa } from "execa";
import { minorOf } from "./bundled-python.ts";
import { listEntries, type PackageEntry } from "./entries.ts";

type BasePackagesOptions = {
  /** Requirement specifiers, such as `numpy` or `pandas==2.3.1`. */
  requirements: readonly string[];
  /** The version of the Python for the packages, such as `3.12.14`; not of the one that runs pip. */
  pythonVersion: string;
  /** `cloud`: wheels for Linux on x86-64, independent of this machine. */
  kind: "cloud" | "machine";
  /** Runs pip. */
  interpreter: string;
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
};

const PREFIX = "python/packages/";
// Azure's images are Debian 11 or newer: glibc 2.31. For pip, only manylinux2014 implies older platforms, and a wheel may
// name any version in between.
const NEWEST_GLIBC = 31;
const OLDEST_GLIBC = 17;
const CLOUD_PLATFORMS = [
  ...Array.from({ length: NEWEST_GLIBC - OLDEST_GLIBC + 1 }, (_, i) => `manylinux_2_${NEWEST_GLIBC - i}_x86_64`),
  "manylinux2014_x86_64",
];
const LAST_LINES = 15;

/**
 * Installs packages to bundle with Python, with the user's own pip from its configured index; only wheels, so
 * that nothing is compiled for the wrong machine. Cached by the requirements.
 */
export async function installBasePackages(options: BasePackagesOptions): Promise<PackageEntry[]> {
  if (options.requirements.length === 0) return [];
  const folder = path.join(options.cacheDir, "base-packages", keyOf(options));
  if (!existsSync(folder)) await install(folder, options);
  return listEntries(folder, PREFIX, (name) => !name.startsWith("bin/") && !name.includes("__pycache__/"));
}

async function install(folder: string, options: BasePackagesOptions): Promise<void> {
  const { interpreter, requirements, env, signal } = options;
  const target = options.kind === "cloud" ? cloudArguments(options.pythonVersion) : [];
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--no-compile"];
  await createFolderAside(folder, async (draft) => {
    const result = await execa(
      interpreter,
      [...args, "--only-binary=:all:", ...target, "--target", draft, ...requirements],
      { env, extendEnv: false, reject: false, stdin: "ignore", all: true, cancelSignal: signal },
    );
    signal.throwIfAborted();
    if (result.failed) throw pipFailed(options, result.all || result.shortMessage || "");
  });
}

function cloudArguments(pythonVersion: string): string[] {
  const platforms = CLOUD_PLATFORMS.flatMap((name) => ["--platform", name]);
  return ["--implementation", "cp", "--python-version", minorOf(pythonVersion), ...platforms];
}

function keyOf({ requirements, pythonVersion, kind }: BasePackagesOptions): string {
  const text = JSON.stringify([[...requirements].sort(), minorOf(pythonVersion), kind]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function pipFailed({ requirements, pythonVersion }: BasePackagesOptions, output: string): OperationError {
  const tail = output.trim().split("\n").slice(-LAST_LINES).join("\n");
  return new OperationError({
    code: "ERR_DEPLOY_BASE_PACKAGES",
    message: `pip could not fetch wheels of ${requirements.join(", ")} for Python ${minorOf(pythonVersion)} on Linux x86-64. It printed:\n${tail}`,
    hint: "Check the names in --with. Packages without a wheel for that platform can go into a run's own requirements.txt instead.",
  });
}
