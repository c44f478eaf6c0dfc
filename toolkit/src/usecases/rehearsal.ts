import path from "node:path";
import {
  type ActiveDrill,
  type BootSite,
  DRILLS,
  findAzurerm,
  type MiniAzure,
  type ProviderSource,
  parseDrill,
  startMiniAzure,
  trustMiniAzure,
  userMirrors,
} from "@same-kit/rehearsal";
import { createLogger, type LogSink, UsageError } from "@same-kit/shared";
import type { DrillHooks } from "../deployment/deployment.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";

/** A cloud on this machine, and how the deployment reaches it. */
export type Rehearsal = {
  /** Replaces the process's environment for terraform, az and all other programs. */
  env: NodeJS.ProcessEnv;
  /** Null: `init` writes one. */
  lockFile: string | null;
  variables: Record<string, unknown>;
  /** The line of the output that says how terraform reached the cloud. */
  providerText: string;
  drill: ActiveDrill | null;
  drillHooks: DrillHooks;
  /** Stops its servers; the deployed resources remain in the environment's folder. */
  stop(): Promise<void>;
};

type RehearsalOptions = {
  folder: EnvironmentFolder;
  /** `--fail CASE`. */
  fail: string | null;
  /**
   * A folder with the real azurerm in the layout of terraform's filesystem mirrors, or `stand-in`, or `download`. Null: the real
   * one if the user's terraform has it in a plugin cache or mirror, otherwise the stand-in.
   */
  providerMirror: string | null;
  bootSite: BootSite;
  env: NodeJS.ProcessEnv;
  onLog: LogSink;
};

/** Starts the mini Azure of this environment; it keeps what earlier rehearsals created. */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { folder, bootSite, onLog } = options;
  const drill = options.fail === null ? null : requireDrill(options.fail);
  const azure = await startMiniAzure({
    folder: path.join(folder.dir, "mini-azure"),
    bootSite,
    ...(drill === null ? {} : { fail: drill }),
    onLog,
    log: createLogger(onLog, "mini-azure"),
  });
  try {
    trustMiniAzure(azure);
    const provider = await chooseProvider(azure, options);
    const own = withoutAzure(options.env);
    const machine = await azure.machineEnv(path.join(folder.dir, "drill"), own);
    const env = { ...own, ...azure.env, ...provider.env, ...machine };
    return {
      env,
      lockFile: provider.lockFile,
      variables: { metadata_host: azure.metadataHost },
      providerText: provider.text,
      drill,
      drillHooks: {
        beforePlan: (terraformDir) => azure.beforePlan(terraformDir, env),
        beforeApply: (terraformDir) => azure.beforeApply(terraformDir, env),
      },
      stop: () => azure.stop(),
    };
  } catch (error) {
    await azure.stop();
    throw error;
  }
}

/** @throws UsageError `ERR_UNKNOWN_DRILL`. */
function requireDrill(text: string): ActiveDrill {
  const drill = parseDrill(text);
  if (drill !== null) return drill;
  throw new UsageError({
    code: "ERR_UNKNOWN_DRILL",
    message: `--fail ${text} is not a known case.`,
    hint: `Cases are ${Object.keys(DRILLS).join(", ")}; with :always a case never recovers.`,
  });
}

type ChosenProvider = { env: Record<string, string>; lockFile: string | null; text: string };

async function chooseProvider(azure: MiniAzure, options: RehearsalOptions): Promise<ChosenProvider> {
  const source = await chooseSource(options);
  const {
    version,
    env,
    lockFile = null,
  } = await azure.installProvider(path.join(options.folder.dir, "provider"), source);
  switch (source.kind) {
    case "stand-in":
      return { env, lockFile, text: `a stand-in for azurerm ${version}, with the real provider's schema` };
    case "mirror":
      return { env, lockFile, text: `the real azurerm ${version} of ${source.folder}` };
    case "download":
      return { env, lockFile, text: "the real azurerm, from where your terraform gets it" };
  }
}

async function chooseSource({ providerMirror, env }: RehearsalOptions): Promise<ProviderSource> {
  if (providerMirror === "stand-in") return { kind: "stand-in" };
  if (providerMirror === "download") return { kind: "download", cliConfig: env["TF_CLI_CONFIG_FILE"] };
  if (providerMirror === null) return (await findAzurerm(await userMirrors(env))) ?? { kind: "stand-in" };
  const found = await findAzurerm([path.resolve(providerMirror)]);
  if (found !== null) return found;
  throw new UsageError({
    code: "ERR_PROVIDER_MIRROR",
    message: `--provider-mirror ${providerMirror} contains no azurerm that the module accepts on this machine.`,
    hint: "`terraform providers mirror DIR` in the module's folder creates one; without the option a stand-in is used.",
  });
}

/**
 * The user's own sign-in must not reach a rehearsal, and a rehearsal must not reach anything real. Values of the module's variables
 * are kept: without them, the rehearsal would differ from what `up` deploys.
 */
export function withoutAzure(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(ARM|AZURE|TF(?!_VAR)|IDENTITY|ACTIONS_ID_TOKEN)_/.test(name)),
  );
}
