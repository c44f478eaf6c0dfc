// Locks or changes the state of a working directory, as another user would.

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pollUntil } from "@same-kit/shared";

// Written by terraform's local backend next to the state while it holds the lock.
const LOCK_FILE = ".terraform.tfstate.lock.info";
const LOCK_POLL_MS = 20;

const EMPTY_STATE = JSON.stringify({
  version: 4,
  terraform_version: "1.9.0",
  serial: 0,
  lineage: "00000000-0000-4000-8000-000000000000",
  outputs: {},
  resources: [],
});

export type StateLock = { release(): Promise<void> };

/**
 * Holds the lock of a state as another run would: `terraform console` keeps it while it is open.
 *
 * @param terraformDir - An initialized working directory.
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

/** Changes a state after a plan was created from it, which makes the saved plan stale. */
export async function ageState(terraformDir: string): Promise<null> {
  const file = path.join(terraformDir, "terraform.tfstate");
  const text = await readFile(file, "utf8").catch(() => EMPTY_STATE);
  const state = JSON.parse(text) as { serial: number };
  await writeFile(file, JSON.stringify({ ...state, serial: state.serial + 1 }), { mode: 0o600 });
  return null;
}

/** The console takes the lock before it reads its first line. */
async function lockAppears(terraformDir: string, holder: ChildProcess): Promise<void> {
  const file = path.join(terraformDir, LOCK_FILE);
  const isOver = () => holder.exitCode !== null || existsSync(file);
  await pollUntil({ attempt: () => (isOver() ? true : null), everyMs: LOCK_POLL_MS });
}
