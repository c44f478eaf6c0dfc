import { InvariantError } from "@same-kit/shared";
import { assemble } from "../engine/assemble.ts";
import type { TaskHubClient } from "../engine/client.ts";
import type { EngineOptions } from "../engine/engine-options.ts";
import { readPartitions } from "../engine/leases/partition-table.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { attachTaskHub, type TaskHub } from "../engine/taskhub/task-hub.ts";
import { createManagementHandler } from "../management/index.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { statusOf } from "../storage/storage-errors.ts";
import { EmulatorError } from "./errors.ts";

/**
 * A hub that other hosts work on, or none. It can be read, and messages can be sent to it, but nothing of it runs here.
 */
type AttachedHub = {
  hub: TaskHub;
  /** The control queues of its partitions. */
  queueNames: readonly string[];
  client: TaskHubClient;
  /** Answers like the management API of a host on that hub. */
  management: WebhookHandler;
};

/** @throws EmulatorError `ERR_HUB_NOT_FOUND` */
export async function attachHub(
  account: StorageAccount,
  settings: DurableTaskSettings,
  { clock, log, signal, onPurge }: Pick<EngineOptions, "clock" | "log" | "onPurge"> & { signal: AbortSignal },
): Promise<AttachedHub> {
  const { hubName } = settings;
  // A message must go to the queue of its instance's partition, whatever partition count host.json now specifies.
  const queueNames = await queueNamesOf(hubName, account);
  const partitionCount = queueNames.length;
  const hub = attachTaskHub({ storage: account, hubName, partitionCount });
  const { client } = assemble(hub, { settings: { ...settings, partitionCount }, invoker: NO_APP, clock, log, onPurge });
  const management = createManagementHandler({
    client,
    settings,
    durableFunctions: () => null,
    webhookQuery: () => "",
    clock,
    log,
    signal,
  });
  return { hub, queueNames, client, management };
}

async function queueNamesOf(hubName: string, storage: StorageAccount): Promise<string[]> {
  try {
    const rows = await readPartitions(attachTaskHub({ storage, hubName, partitionCount: 0 }));
    if (rows.length > 0) return rows.map(({ queueName }) => queueName);
  } catch (cause) {
    if (statusOf(cause) !== 404) throw cause;
  }
  throw new EmulatorError({
    code: "ERR_HUB_NOT_FOUND",
    message: `This storage has no task hub "${hubName}" of Durable Functions 3.`,
    hint: "Name it with --hub; in Azure the hub is in host.json, else named after the site.",
  });
}

/** Nothing in the hub is worked on here, so no function is ever called. */
const notCalled = async (): Promise<never> => {
  throw new InvariantError("A hub without an app called a function.");
};
const NO_APP: FunctionInvoker = {
  durableFunctions: () => [],
  invokeOrchestrator: notCalled,
  invokeActivity: notCalled,
  invokeEntity: notCalled,
};
