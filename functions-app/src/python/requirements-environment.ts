// Each requirements.txt gets a virtual environment with exactly its packages, stored under a key of its content and its interpreter:
//
//   <cache>/environments/<key>/current.json      names the complete folder; replaced atomically
//   <cache>/environments/<key>/env-<random>/     the virtual environment
//   <cache>/environments/<key>/build.lock        the lock of the process that builds; others wait for its result
//
// The lock only avoids duplicate work. Two processes that cannot see each other, such as two containers with one cache folder, build
// two folders, and the first to finish wins.

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { pollUntil, tryFileLock, writeJsonAtomic } from "@same-kit/shared";
import type { StepEnvironment } from "./guardian.ts";
import { type EnvironmentLock, type InstallDeps, installRequirements } from "./install-requirements.ts";
import type { Interpreter } from "./probe-interpreter.ts";
import { BUILD_LOCK, CURRENT, makeRoom } from "./space.ts";

type RequirementsDeps = InstallDeps & {
  /** Contains all environments of this user. */
  environmentsDir: string;
};

export type Current = {
  folder: string;
  python: string;
  /** The version of the interpreter. */
  version: string;
  lock: EnvironmentLock;
  /** ISO 8601. */
  madeAt: string;
};

const WAIT_POLL_MS = 100;

const inProgress = new Map<string, Promise<StepEnvironment>>();

/**
 * The virtual environment for `requirements`. It is created if there is none, or if its interpreter no longer runs.
 *
 * @throws PythonError if it cannot be created: pip's own last lines, a Python without `venv`, too little space, `deps.signal`.
 */
export function requirementsEnvironment(
  requirements: Buffer,
  interpreter: Interpreter,
  deps: RequirementsDeps,
): Promise<StepEnvironment> {
  const key = keyOf(requirements, interpreter, deps.keepsOwnPackages);
  const folder = path.join(deps.environmentsDir, key);
  // Keyed by folder, so that concurrent steps of this process share the work and its failure.
  const started = inProgress.get(folder) ?? useOrBuild({ folder, key, requirements, interpreter, deps });
  inProgress.set(folder, started);
  return started.finally(() => {
    if (inProgress.get(folder) === started) inProgress.delete(folder);
  });
}

type Wanted = { folder: string; key: string; requirements: Buffer; interpreter: Interpreter; deps: RequirementsDeps };

async function useOrBuild(wanted: Wanted): Promise<StepEnvironment> {
  const { folder, key, deps } = wanted;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return pollUntil({
    attempt: async () => {
      const current = (await readCurrent(folder)) ?? (await buildAlone(wanted));
      if (current !== undefined) await noteUse(folder);
      return current === undefined ? null : toStepEnvironment(key, current);
    },
    everyMs: WAIT_POLL_MS,
    signal: deps.signal,
  });
}

/** @returns undefined while another process builds. */
async function buildAlone(wanted: Wanted): Promise<Current | undefined> {
  const lock = await tryFileLock(path.join(wanted.folder, BUILD_LOCK));
  if (lock === undefined) return undefined;
  try {
    // Another process may have completed it before this one got the lock.
    return (await readCurrent(wanted.folder)) ?? (await build(wanted));
  } finally {
    await lock.release();
  }
}

async function build({ folder, key, requirements, interpreter, deps }: Wanted): Promise<Current> {
  await removeLeftovers(folder);
  await makeRoom(deps, key);
  const name = `env-${randomBytes(4).toString("hex")}`;
  const target = path.join(folder, name);
  // What a killed installer leaves there is removed: now, or by `removeLeftovers`.
  const temp = `${target}.tmp`;
  await mkdir(temp, { mode: 0o700 });
  const env = { ...deps.env, TMPDIR: temp };
  try {
    const { python, lock } = await installRequirements(target, requirements, interpreter, { ...deps, env });
    const madeAt = new Date().toISOString();
    const current = { folder: name, python, version: interpreter.version, lock, madeAt };
    return await publish(folder, current);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** The first complete folder is kept; the next build removes the other one. */
async function publish(folder: string, made: Current): Promise<Current> {
  const other = await readCurrent(folder);
  if (other !== undefined) return other;
  await writeJsonAtomic(path.join(folder, CURRENT), made);
  return made;
}

/** Also undefined if the environment's interpreter was removed, so that its link points nowhere. */
async function readCurrent(folder: string): Promise<Current | undefined> {
  try {
    const current = JSON.parse(await readFile(path.join(folder, CURRENT), "utf8")) as Current;
    await stat(current.python);
    return current;
  } catch {
    return undefined;
  }
}

/** Updates the time of last use: `same-kit env prune` removes environments that have not been used for a long time. */
async function noteUse(folder: string): Promise<void> {
  const now = new Date();
  await utimes(path.join(folder, CURRENT), now, now).catch(() => {});
}

/** Removes what killed builds and replaced environments left. Called only by the holder of the lock, if no environment is usable. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("env-") || name.startsWith("current."));
  await Promise.all(names.map((name) => rm(path.join(folder, name), { recursive: true, force: true })));
}

function toStepEnvironment(key: string, { python, lock }: Current): StepEnvironment {
  return { name: `requirements:${key.slice(0, 12)}`, launch: [python], isIsolated: true, lock };
}

/** White space and comments do not change the key; the interpreter and its version do. */
function keyOf(requirements: Buffer, { executable, version }: Interpreter, keepsOwnPackages: boolean): string {
  const lines = requirements.toString("utf8").split(/\r?\n/);
  const meant = lines.map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter((line) => line !== "");
  return createHash("sha256")
    .update(JSON.stringify([2, executable, version, meant, ...(keepsOwnPackages ? ["own"] : [])]))
    .digest("hex")
    .slice(0, 32);
}
