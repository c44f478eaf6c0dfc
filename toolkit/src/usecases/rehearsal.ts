import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import * as tls from "node:tls";
import {
  type ActiveDrill,
  type BootSite,
  createLogger,
  DRILLS,
  type LogSink,
  type MiniAzure,
  parseDrill,
  startMiniAzure,
  UsageError,
} from "@same-kit/local";
import type { EnvironmentFolder } from "../deployment/environment.ts";

/** A cloud on this machine, and how the deployment reaches it. */
export type Rehearsal = {
  /** Replaces the process's environment for terraform, az and everything else that is started. */
  env: NodeJS.ProcessEnv;
  terraformBinary: string | null;
  azBinary: string | null;
  /** Null: `init` writes one. */
  lockFile: string | null;
  variables: Record<string, unknown>;
  /** What the output says of how terraform reached the cloud. */
  providerText: string;
  stop(): Promise<void>;
};

export type RehearsalOptions = {
  folder: EnvironmentFolder;
  /** `--fail CASE`. */
  fail: string | null;
  /** A folder with the real azurerm, as terraform's filesystem mirrors are laid out; null: the stand-in. */
  providerMirror: string | null;
  bootSite: BootSite;
  env: NodeJS.ProcessEnv;
  onLog: LogSink;
};

/** Starts the mini Azure that belongs to this environment; it keeps what an earlier rehearsal made. */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const drill = options.fail === null ? null : requireDrill(options.fail);
  const cloudDir = path.join(options.folder.dir, "mini-azure");
  const azure = await startMiniAzure({
    folder: cloudDir,
    bootSite: options.bootSite,
    ...(drill === null ? {} : { fail: drill }),
    onLog: options.onLog,
    log: createLogger(options.onLog, "mini-azure"),
  });
  trust(azure);
  try {
    const provider = await chooseProvider(azure, options);
    const machine = await stageMachine(drill, path.join(options.folder.dir, "drill"));
    return {
      env: { ...withoutAzure(options.env), ...azure.env, ...provider.env, ...machine.env },
      terraformBinary: machine.terraformBinary,
      azBinary: machine.azBinary,
      lockFile: provider.lockFile,
      variables: { metadata_host: azure.metadataHost },
      providerText: provider.text,
      stop: () => azure.stop(),
    };
  } catch (error) {
    await azure.stop();
    throw error;
  }
}

function requireDrill(text: string): ActiveDrill {
  const drill = parseDrill(text);
  if (drill !== null) return drill;
  throw new UsageError({
    code: "ERR_UNKNOWN_DRILL",
    message: `--fail ${text}: there is no such case.`,
    hint: `Cases are ${Object.keys(DRILLS).join(", ")}; with :always a case that heals by itself does not.`,
  });
}

/** This process, too, talks to the mini Azure; its certificate is trusted here and nowhere else. */
function trust({ caPem }: MiniAzure): void {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), caPem]);
}

type ChosenProvider = { env: Record<string, string>; lockFile: string | null; text: string };

async function chooseProvider(azure: MiniAzure, options: RehearsalOptions): Promise<ChosenProvider> {
  const { providerMirror, folder } = options;
  if (providerMirror !== null) {
    const file = path.join(folder.dir, "provider", "terraform.rc");
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(providerMirror)}\n  }\n}\n`);
    const env = { TF_CLI_CONFIG_FILE: file, TF_PLUGIN_CACHE_DIR: "" };
    return { env, lockFile: null, text: `the real azurerm from ${providerMirror}` };
  }
  const installed = await azure.installProvider(path.join(folder.dir, "provider"));
  const text = `a stand-in for azurerm ${installed.version} with the real one's schema`;
  return { env: installed.env, lockFile: installed.lockFile ?? null, text };
}

/** The user's own sign-in must not reach a rehearsal, nor the rehearsal's anything real. */
function withoutAzure(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(ARM|AZURE|TF)_/.test(name)));
}

type Machine = { env: Record<string, string>; terraformBinary: string | null; azBinary: string | null };

const NO_PRINCIPAL = { ARM_CLIENT_ID: "", ARM_CLIENT_SECRET: "", ARM_TENANT_ID: "" };

/** Programs that play a machine where something is missing. */
async function stageMachine(drill: ActiveDrill | null, folder: string): Promise<Machine> {
  const absent = path.join(folder, "not-installed");
  switch (drill?.name) {
    case "az-missing":
      return { env: NO_PRINCIPAL, terraformBinary: null, azBinary: path.join(absent, "az") };
    case "not-logged-in": {
      const az = "echo \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1";
      return { env: NO_PRINCIPAL, terraformBinary: null, azBinary: await writeProgram(folder, "az", az) };
    }
    case "terraform-missing":
      return { env: {}, terraformBinary: path.join(absent, "terraform"), azBinary: null };
    case "terraform-old":
      return {
        env: {},
        terraformBinary: await writeProgram(folder, "terraform", `echo '{"terraform_version":"1.5.7"}'`),
        azBinary: null,
      };
    default:
      return { env: {}, terraformBinary: null, azBinary: null };
  }
}

async function writeProgram(folder: string, name: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
