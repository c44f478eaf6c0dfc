// A purge of an instance while it is being saved.

import { createSystemClock } from "@same-kit/shared";
import type { OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import { LargePayloads } from "../../../local/src/engine/taskhub/large-payloads.ts";
import { openTaskHub } from "../../../local/src/engine/taskhub/task-hub.ts";
import { HistoryStore } from "../../../local/src/engine/tracking/history-store.ts";
import { InstanceStore } from "../../../local/src/engine/tracking/instance-store.ts";
import type { StorageAccount } from "../../../local/src/storage/storage-account.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { newHubName, startTestEngine } from "../../helpers/engine.ts";
import { areQueuesEmpty } from "../../helpers/raw-storage.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

const orchestrators = {
  *ends() {},
  *waits(context: OrchestrationContext) {
    yield context.df.waitForExternalEvent("Go");
  },
};

/** An engine whose episodes cannot write their rows before `proceed`. */
async function startHeldEngine() {
  const hubName = newHubName();
  const entered = Promise.withResolvers<void>();
  const proceed = Promise.withResolvers<void>();
  const invoker = new SdkInvoker({ orchestrators, activities: {} });
  const account = holdRows(storage(), hubName, async () => {
    entered.resolve();
    await proceed.promise;
  });
  const { client } = await startTestEngine({ storage: account, hubName, invoker });
  await client.start({ name: "waits", input: null, instanceId: "gone" });
  await entered.promise;
  return { client, hubName, proceed: () => proceed.resolve() };
}

function holdRows(account: StorageAccount, hubName: string, hold: () => Promise<void>): StorageAccount {
  return {
    ...account,
    table(name) {
      const table = account.table(name);
      const update = table.update.bind(table);
      if (name !== `${hubName}Instances`) return table;
      table.update = async (...args) => {
        await hold();
        return update(...args);
      };
      return table;
    },
  };
}

const emptied = (hubName: string) => waitFor(() => areQueuesEmpty(storage(), hubName));

test("a purge waits for the checkpoint, and leaves nothing behind", async () => {
  const { client, hubName, proceed } = await startHeldEngine();
  const purged = client.purge("gone");
  // A message that arrives in the meantime must not create it again either.
  await client.raiseEvent("gone", "Go", "null");
  proceed();
  expect(await purged).toBe(true);
  await emptied(hubName);
  expect(await client.getStatus("gone")).toBeNull();
  expect(await client.list({}, { top: 10 })).toMatchObject({ instances: [] });
});

test("a purge by another host leaves no row behind", async () => {
  const { client, hubName, proceed } = await startHeldEngine();
  const hub = await openTaskHub({ storage: storage(), hubName, partitionCount: 4 });
  const deps = { hub, payloads: new LargePayloads(hub.largeMessages), clock: createSystemClock() };
  await new HistoryStore(deps).purge("gone");
  await new InstanceStore(deps).remove("gone");
  proceed();
  await emptied(hubName);
  expect(await client.getStatus("gone")).toBeNull();
});

test("a purge that failed halfway can be repeated", async () => {
  const asked: string[] = [];
  const onPurge = async (instanceId: string) => {
    if (asked.push(instanceId) === 1) throw new Error("The disk is busy.");
  };
  const invoker = new SdkInvoker({ orchestrators, activities: {} });
  const { client } = await startTestEngine({ storage: storage(), invoker, onPurge });
  await client.start({ name: "ends", input: null, instanceId: "one" });
  await waitFor(async () => (await client.getStatus("one"))?.runtimeStatus === "Completed");
  await expect(client.purge("one")).rejects.toThrow("The disk is busy.");
  expect(await client.purge("one")).toBe(true);
  expect(await client.purge("one")).toBe(false);
  expect(asked).toEqual(["one", "one"]);
});
