// Drills that no server can play: tools that are missing, too old or not signed in, and a state that others hold or changed.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { access, chmod, constants, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DrillCounter } from "./drills.ts";

const TOOLS = ["az", "terraform", "func"] as const;
type Tool = (typeof TOOLS)[number];

// What terraform's local backend writes beside the state while it holds the lock.
const LOCK_FILE = ".terraform.tfstate.lock.info";
const LOCK_POLL_MS = 20;

// Empty means not set: the user's own service principal must not help out.
const NO_SERVICE_PRINCIPAL = { ARM_CLIENT_ID: "", ARM_CLIENT_SECRET: "", ARM_TENANT_ID: "" };
const OLD_TERRAFORM =
  '{"terraform_version":"1.5.7","platform":"linux_amd64","provider_selections":{},"terraform_outdated":true}';
const NOT_SIGNED_IN = "ERROR: Please run 'az login' to setup account.";

/**
 * The environment of a machine on which the active drill is true; empty where it is no drill of the machine. A folder of
 * links and stand-ins takes the place of the whole PATH, so that a tool can be missing.
 */
export async function prepareMachine(
  folder: string,
  env: NodeJS.ProcessEnv,
  counter: DrillCounter,
): Promise<Record<string, string>> {
  if (counter.isActive("az-missing")) return { ...(await layPath(folder, env, ["az"])), ...NO_SERVICE_PRINCIPAL };
  if (counter.isActive("terraform-missing")) return layPath(folder, env, ["terraform"]);
  if (counter.isActive("not-logged-in")) {
    return {
      ...(await layPath(folder, env, ["az"], { az: `echo "${NOT_SIGNED_IN}" >&2\nexit 1\n` })),
      ...NO_SERVICE_PRINCIPAL,
    };
  }
  if (counter.isActive("terraform-old")) {
    const script = `case "$*" in *-json*) echo '${OLD_TERRAFORM}' ;; *) echo "Terraform v1.5.7" ;; esac\n`;
    return layPath(folder, env, ["terraform"], { terraform: script });
  }
  return {};
}

export type StateLock = { release(): Promise<void> };

/**
 * Holds the lock of a state as another run would: `terraform console` keeps it for as long as it is open.
 *
 * @param terraformDir - An initialised working directory.
 */
export async function holdStateLock(terraformDir: string, env: NodeJS.ProcessEnv): Promise<StateLock> {
  const holder = spawn("terraform", [`-chdir=${terraformDir}`, "console"], {
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const exited = once(holder, "exit");
  await once(holder, "spawn");
  await lockAppears(terraformDir, holder);
  return {
    async release() {
      holder.stdin?.end();
      await exited;
    },
  };
}

/** Changes a state after a plan was made from it: the saved plan is stale then. */
export async function ageState(terraformDir: string): Promise<void> {
  const file = path.join(terraformDir, "terraform.tfstate");
  const text = await readFile(file, "utf8").catch(() => EMPTY_STATE);
  const state = JSON.parse(text) as { serial: number };
  await writeFile(file, JSON.stringify({ ...state, serial: state.serial + 1 }), { mode: 0o600 });
}

const EMPTY_STATE = JSON.stringify({
  version: 4,
  terraform_version: "1.9.0",
  serial: 0,
  lineage: "00000000-0000-4000-8000-000000000000",
  outputs: {},
  resources: [],
});

/** The console takes the lock before it reads its first line. */
async function lockAppears(terraformDir: string, holder: ChildProcess): Promise<void> {
  const file = path.join(terraformDir, LOCK_FILE);
  while (holder.exitCode === null && !existsSync(file)) await delay(LOCK_POLL_MS);
}

async function layPath(
  folder: string,
  env: NodeJS.ProcessEnv,
  hidden: readonly Tool[],
  scripts: Partial<Record<Tool, string>> = {},
): Promise<Record<string, string>> {
  const bin = path.join(folder, "bin");
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  for (const tool of TOOLS.filter((name) => !hidden.includes(name))) {
    const found = await findOnPath(tool, env);
    if (found !== null) await symlink(found, path.join(bin, tool));
  }
  for (const [tool, script] of Object.entries(scripts)) {
    await writeFile(path.join(bin, tool), `#!/bin/sh\n${script}`);
    await chmod(path.join(bin, tool), 0o755);
  }
  return { PATH: bin };
}

async function findOnPath(tool: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, tool);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return file;
  }
  return null;
}
