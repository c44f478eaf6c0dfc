import { type Clock, type Logger, OperationError } from "@same-kit/shared";
import type { StorageAccount } from "../storage/storage-account.ts";
import { ignoring } from "../storage/storage-errors.ts";
import { assemble } from "./assemble.ts";
import type { TaskHubClient } from "./client.ts";
import type { EngineErrorCode } from "./errors.ts";
import { readPartitions } from "./leases/partition-table.ts";
import type { FunctionInvoker } from "./ports.ts";
import { resolveDurableTaskSettings } from "./resolve-settings.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { validateHubName } from "./taskhub/names.ts";
import { attachTaskHub } from "./taskhub/task-hub.ts";

export type HubClient = { client: TaskHubClient; settings: DurableTaskSettings };

/**
 * A client of a hub that others work on: it reads, and sends messages; nothing is run here.
 *
 * @throws UsageError `ERR_TASK_HUB_NAME`; OperationError `ERR_TASK_HUB_MISSING`.
 */
export async function openHubClient(
  storage: StorageAccount,
  hubName: string,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<HubClient> {
  validateHubName(hubName);
  // How many partitions a hub has is settled when it is made.
  const rows = await ignoring([404], readPartitions(attachTaskHub({ storage, hubName, partitionCount: 1 })));
  if (rows === undefined || rows.length === 0) throw missing(hubName);
  const settings = { ...resolveDurableTaskSettings(undefined, {}), hubName, partitionCount: rows.length };
  const hub = attachTaskHub({ storage, hubName, partitionCount: rows.length });
  const { client } = assemble(hub, { settings, invoker: NO_FUNCTIONS, clock, log });
  return { client, settings };
}

const UNAVAILABLE = { kind: "unavailable", reason: "Here is only a client of the hub." } as const;

const NO_FUNCTIONS: FunctionInvoker = {
  durableFunctions: () => [],
  invokeOrchestrator: async () => UNAVAILABLE,
  invokeActivity: async () => UNAVAILABLE,
  invokeEntity: async () => UNAVAILABLE,
};

function missing(hubName: string): OperationError<EngineErrorCode> {
  return new OperationError({
    code: "ERR_TASK_HUB_MISSING",
    message: `The storage has no task hub "${hubName}".`,
    hint: "The hub's name is in host.json; else it is the site's name in Azure, and one of the app's folder here.",
  });
}
