import type { Environment, Environments } from "../adapters/machine/environments.ts";

type PruneOptions = {
  environments: Environments;
  /** Remove those that have not been used for this long. */
  unusedDays: number;
  now: number;
};

type PrunedEnvironments = { removed: Environment[]; kept: number; freedBytes: number };

const DAY_MS = 24 * 60 * 60 * 1000;

/** Removes environments that are unused for a long time or whose interpreter is gone; the next step that needs one recreates it. */
export async function pruneEnvironments({ environments, unusedDays, now }: PruneOptions): Promise<PrunedEnvironments> {
  const all = await environments.list();
  const isOld = ({ usedAt }: Environment) => now - Date.parse(usedAt) >= unusedDays * DAY_MS;
  const removed: Environment[] = [];
  for (const one of all) {
    if ((!one.isUsable || isOld(one)) && (await environments.remove(one))) removed.push(one);
  }
  const freedBytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { removed, kept: all.length - removed.length, freedBytes };
}
