import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { readJson, writeJsonAtomic } from "../files/atomic-file.ts";
import { identifyThisProcess, isProcessAlive, type ProcessIdentity } from "../processes/process-identity.ts";

/** One use of a resource that several processes share. */
export type Claim = { release(): Promise<void> };

/** Records that this process uses the resource behind `dir`. A process that dies loses its claims. */
export async function claim(dir: string): Promise<Claim> {
  const file = path.join(dir, `${process.pid}-${randomUUID()}.json`);
  await writeJsonAtomic(file, identifyThisProcess());
  return { release: async () => rmSync(file, { force: true }) };
}

/** Whether any living process holds a claim; claims of dead processes are removed. */
export async function isClaimed(dir: string): Promise<boolean> {
  const names = filesIn(dir).filter((name) => name.endsWith(".json"));
  let isUsed = false;
  for (const name of names) {
    const holder = (await readJson(path.join(dir, name))) as ProcessIdentity | undefined;
    if (holder !== undefined && isProcessAlive(holder)) isUsed = true;
    else rmSync(path.join(dir, name), { force: true });
  }
  return isUsed;
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
