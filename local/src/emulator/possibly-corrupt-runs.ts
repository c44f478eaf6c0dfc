import type { Logger } from "@same-kit/shared";
import type { InstancePage, InstanceStatus, TaskHubClient } from "../engine/client.ts";

const PAGE_SIZE = 100;
const UNENDED = ["Pending", "Running", "Suspended"] as const;

/**
 * Finds runs that had not ended when a crash of Azurite lost writes: one of their messages or rows may be missing, so
 * they may never end. Each is logged by name.
 */
export async function findPossiblyCorruptRuns(client: TaskHubClient, log: Logger): Promise<InstanceStatus[]> {
  const found: InstanceStatus[] = [];
  let next: { continuationToken?: string } | null = {};
  while (next !== null) {
    const page: InstancePage = await client.list({ runtimeStatus: UNENDED }, { top: PAGE_SIZE, ...next });
    found.push(...page.instances);
    next = page.continuationToken === null ? null : { continuationToken: page.continuationToken };
  }
  for (const { instanceId, name } of found) {
    log.warn("Azurite's crash may have cost messages of this run: purge it and start it again.", { instanceId, name });
  }
  return found;
}
