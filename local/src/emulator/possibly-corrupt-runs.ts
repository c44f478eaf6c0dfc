import type { Logger } from "@same-kit/shared";
import type { InstancePage, InstanceStatus, TaskHubClient } from "../engine/client.ts";

const PAGE_SIZE = 100;
const UNENDED = ["Pending", "Running", "Suspended"] as const;

/**
 * Runs that had not ended when a crash of Azurite cost writes: a message or a row of theirs may be gone, and then they never
 * end. Each is named in the log.
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
