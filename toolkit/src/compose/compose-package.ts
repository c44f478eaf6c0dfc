import path from "node:path";
import { cacheFolder, packageRoot, UsageError } from "@same-kit/shared";
import { execa } from "execa";
import type { PreflightCheck, PreflightProblem } from "../adapters/preflight.ts";
import { funcVersion } from "../adapters/publish/func.ts";
import { buildAppPackage } from "../packaging/app-package.ts";
import { installBasePackages } from "../packaging/base-packages.ts";
import { type BundledPython, bundleCloudPython, bundleMachinePython } from "../packaging/bundled-python.ts";
import { publishedFiles } from "../packaging/func-ignore.ts";
import { CLOUD_PYTHON, DEFAULT_PYTHON_MIRROR, unpackedCloudPython } from "../packaging/python-archive.ts";
import type { PublisherName } from "../usecases/choose-publisher.ts";
import type { PackApp, Packaging } from "../usecases/publish.ts";

/** The contents of the package and its publisher, from the flags. */
export type PackageChoice = {
  publisher: PublisherName;
  /** A built app; null: same-kit's own. */
  appDir: string | null;
  /** The app is not same-kit's: its `.funcignore` decides what is packed, and its functions are unknown. Default false. */
  isForeignApp?: boolean;
  /** False: the app looks for a Python on its host. */
  bundlesPython: boolean;
  /** Packages bundled with Python. */
  basePackages: readonly string[];
  /** Runs pip, and replaces the cloud's Python in a rehearsal. */
  interpreter: string;
  mirror: string | null;
  /** A local archive instead of the download. */
  archive: string | null;
};

type ChosenPython = BundledPython | null;

/**
 * @param isRehearsal - A local Python replaces the cloud's, unless an archive is given.
 * @throws UsageError `ERR_WITH_NEEDS_PYTHON`.
 */
export function composePackaging(choice: PackageChoice, isRehearsal: boolean, env: NodeJS.ProcessEnv): Packaging {
  const { publisher, isForeignApp = false } = choice;
  return {
    publisher,
    isForeignApp,
    packApp: composePackApp(choice, isRehearsal, env),
    checks: packagingChecks(choice, env),
  };
}

function composePackApp(choice: PackageChoice, isRehearsal: boolean, env: NodeJS.ProcessEnv): PackApp {
  const { bundlesPython, basePackages, interpreter } = choice;
  if (!bundlesPython && basePackages.length > 0) throw withNeedsPython();
  const cacheDir = cacheFolder(env);
  return async ({ packagesDir, signal, onProgress }) => {
    const python = await choosePython(choice, { isRehearsal, cacheDir, signal, onProgress });
    const appDir = choice.appDir ?? path.join(packageRoot(), "dist", "functions-app");
    const wanted = choice.isForeignApp === true ? { isWanted: await publishedFiles(appDir) } : {};
    if (python === null) return buildAppPackage({ appDir, python, basePackages: [], packagesDir, ...wanted });
    const { version, kind } = python;
    if (basePackages.length > 0) onProgress(`fetching ${basePackages.join(", ")} for Python ${version}`);
    const installed = await installBasePackages({
      requirements: basePackages,
      pythonVersion: version,
      kind,
      interpreter,
      cacheDir,
      env,
      signal,
    });
    onProgress("zipping");
    return buildAppPackage({ appDir, python, basePackages: installed, packagesDir });
  };
}

type ChoosePython = { isRehearsal: boolean; cacheDir: string; signal: AbortSignal; onProgress: (text: string) => void };

async function choosePython(choice: PackageChoice, options: ChoosePython): Promise<ChosenPython> {
  const { bundlesPython, archive, mirror, interpreter } = choice;
  if (!bundlesPython) return null;
  if (options.isRehearsal && archive === null) return bundleMachinePython(interpreter);
  const { cacheDir, signal, onProgress } = options;
  const folder = await unpackedCloudPython({
    cacheDir,
    mirror: mirror ?? DEFAULT_PYTHON_MIRROR,
    localFile: archive,
    fetch,
    onProgress,
    signal,
  });
  return bundleCloudPython(folder, CLOUD_PYTHON.version);
}

/** The tools that packing and publishing need. */
function packagingChecks(choice: PackageChoice, env: NodeJS.ProcessEnv): PreflightCheck[] {
  const checks: PreflightCheck[] = [];
  if (choice.publisher === "func") checks.push(() => checkFunc(env));
  if (choice.basePackages.length > 0) checks.push(() => checkPip(choice.interpreter, env));
  return checks;
}

async function checkFunc(env: NodeJS.ProcessEnv): Promise<PreflightProblem[]> {
  if ((await funcVersion(env)) !== null) return [];
  return [
    {
      code: "ERR_PREFLIGHT_FUNC_MISSING",
      message: "`func` (Azure Functions Core Tools) was not found.",
      hint: "Install it, or publish without func: --publisher direct.",
    },
  ];
}

async function checkPip(interpreter: string, env: NodeJS.ProcessEnv): Promise<PreflightProblem[]> {
  const result = await execa(interpreter, ["-m", "pip", "--version"], {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  if (!result.failed) return [];
  return [
    {
      code: "ERR_PREFLIGHT_PIP_MISSING",
      message: `--with needs pip, and \`${interpreter} -m pip\` does not run.`,
      hint: "Install pip, or specify a Python that has it with --python.",
    },
  ];
}

function withNeedsPython(): UsageError {
  return new UsageError({
    code: "ERR_WITH_NEEDS_PYTHON",
    message:
      "--with and --no-bundled-python contradict each other: base packages are installed next to the bundled Python.",
    hint: "Drop one of them.",
  });
}
