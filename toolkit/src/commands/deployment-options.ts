import { openStateFolder } from "@same-kit/local";
import { UsageError } from "@same-kit/shared";
import type { DeploymentChoice, RehearsalChoice } from "../compose/compose-deployment.ts";
import type { PackageChoice } from "../compose/compose-package.ts";
import { DEFAULT_ENVIRONMENT, type EnvironmentFolder, environmentFolder } from "../deployment/environment.ts";
import type { PublisherName } from "../usecases/choose-publisher.ts";
import type { OptionSpec, OptionValues } from "./define-command.ts";
import { toExistingFiles } from "./deployment-variables.ts";
import { resolveStateDir, stateDirOption } from "./shared-options.ts";

/** Terraform takes a second interrupt as "exit now"; it and the journal get this long. */
export const TERRAFORM_GRACE_MS = 500;

/** Options that select the deployment; every deployment command has them. */
export const ENVIRONMENT_OPTIONS = {
  env: {
    type: "string",
    value: "NAME",
    help: "Name of the deployment: 1 to 8 lower-case letters or digits (default: dev)",
    variable: "SAME_KIT_ENV",
  },
  ...stateDirOption,
  rehearse: { type: "boolean", help: "Use the rehearsal's cloud on this machine instead of Azure" },
} as const satisfies Record<string, OptionSpec>;

export const CLOUD_OPTIONS = {
  subscription: {
    type: "string",
    value: "ID",
    help: "Azure subscription (default: ARM_SUBSCRIPTION_ID, else the Azure CLI's)",
    variable: "SAME_KIT_SUBSCRIPTION",
  },
  terraform: {
    type: "string",
    value: "PATH",
    help: "Terraform program (default: terraform on the PATH)",
    variable: "SAME_KIT_TERRAFORM",
  },
  fail: {
    type: "string",
    value: "CASE",
    help: "With --rehearse: simulate this failure; with CASE:always it never recovers",
  },
  "provider-mirror": {
    type: "string",
    value: "DIR",
    help: "With --rehearse: azurerm from this terraform mirror, or download, or stand-in (default: terraform's own plugin cache or mirror, else stand-in)",
    variable: "SAME_KIT_PROVIDER_MIRROR",
  },
} as const satisfies Record<string, OptionSpec>;

export const PACKAGE_OPTIONS = {
  publisher: {
    type: "string",
    value: "NAME",
    help: "How to publish: func, direct, or auto: func if it is installed (default: auto; direct in a rehearsal)",
    variable: "SAME_KIT_PUBLISHER",
  },
  "bundled-python": {
    type: "boolean",
    isOn: true,
    help: "Do not bundle Python: the app looks for one in its image",
  },
  with: {
    type: "string",
    multiple: true,
    value: "NAMES",
    help: "Packages to bundle with Python, such as numpy,pandas",
    variable: "SAME_KIT_WITH",
  },
  python: {
    type: "string",
    value: "PATH",
    help: "Local Python that runs pip, and is used instead of the cloud's in a rehearsal (default: python3)",
    variable: "SAME_KIT_PYTHON",
  },
  "python-mirror": {
    type: "string",
    value: "URL",
    help: "URL that the cloud's Python is downloaded from (default: its releases on GitHub)",
    variable: "SAME_KIT_PYTHON_MIRROR",
  },
  "python-archive": {
    type: "string",
    value: "FILE",
    help: "A local archive of the cloud's Python",
    variable: "SAME_KIT_PYTHON_ARCHIVE",
  },
} as const satisfies Record<string, OptionSpec>;

/** @throws UsageError `ERR_ENVIRONMENT_NAME`. */
export async function toFolder(options: EnvironmentValues, cwd: string): Promise<EnvironmentFolder> {
  const stateDir = resolveStateDir(options["state-dir"], cwd);
  const folder = environmentFolder(stateDir, options.env ?? DEFAULT_ENVIRONMENT, options.rehearse);
  await openStateFolder(stateDir); // Keeps it out of version control.
  return folder;
}

type EnvironmentValues = OptionValues<typeof ENVIRONMENT_OPTIONS>;
type CloudValues = OptionValues<typeof CLOUD_OPTIONS>;

/** @throws UsageError `ERR_ENVIRONMENT_NAME`, `ERR_ONLY_IN_REHEARSAL`. */
export async function toDeploymentChoice(
  options: EnvironmentValues & CloudValues,
  cwd: string,
): Promise<DeploymentChoice> {
  const folder = await toFolder(options, cwd);
  return { folder, rehearsal: toRehearsal(options), terraformBinary: options.terraform ?? "terraform" };
}

/** The requested subscription; a rehearsal has its own. */
export function toSubscription({ rehearse, subscription }: EnvironmentValues & CloudValues): string | null {
  return rehearse ? null : (subscription ?? null);
}

function toRehearsal(options: EnvironmentValues & CloudValues): RehearsalChoice | null {
  const { fail = null } = options;
  if (options.rehearse) return { fail, providerMirror: options["provider-mirror"] ?? null };
  if (fail === null) return null;
  throw new UsageError({
    code: "ERR_ONLY_IN_REHEARSAL",
    message: "--fail simulates a failure and works only in a rehearsal.",
    hint: "Add --rehearse.",
  });
}

/** @throws UsageError `ERR_PUBLISHER`, `ERR_VARIABLE_FILE`. */
export function toPackageChoice(
  options: EnvironmentValues & OptionValues<typeof PACKAGE_OPTIONS>,
  cwd: string,
): PackageChoice {
  const [archive = null] = toExistingFiles(
    options["python-archive"] === undefined ? [] : [options["python-archive"]],
    "--python-archive",
    cwd,
  );
  return {
    publisher: toPublisher(options.publisher, options.rehearse),
    appDir: null,
    bundlesPython: options["bundled-python"],
    basePackages: options.with
      .flatMap((names) => names.split(BETWEEN_PACKAGES))
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    interpreter: options.python ?? "python3",
    mirror: options["python-mirror"] ?? null,
    archive,
  };
}

// A comma between packages, not within `pandas>=2,<3` or `uvicorn[standard,extra]`.
const BETWEEN_PACKAGES = /,(?![^[]*\])(?=\s*(?:[A-Za-z0-9]|$))/;

/**
 * @returns `direct` by default in a rehearsal, because func only supports Azure.
 * @throws UsageError `ERR_PUBLISHER`.
 */
function toPublisher(name: string | undefined, isRehearsal: boolean): PublisherName {
  if (isRehearsal && (name === undefined || name === "auto" || name === "direct")) return "direct";
  if (!isRehearsal && name === undefined) return "auto";
  if (!isRehearsal && (name === "func" || name === "direct" || name === "auto")) return name;
  throw new UsageError({
    code: "ERR_PUBLISHER",
    message: isRehearsal
      ? `--publisher ${name} cannot be rehearsed: func only talks to Azure.`
      : `There is no publisher "${name}".`,
    hint: isRehearsal ? "Rehearse with --publisher direct." : "Choose func, direct or auto.",
  });
}
