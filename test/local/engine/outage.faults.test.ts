import type { OrchestrationContext } from "durable-functions";
import { describe, expect, test } from "vitest";
import type { FunctionInvoker } from "../../../local/src/engine/ports.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeCrashable, type StorageCall } from "../../helpers/crashable-storage.ts";
import { messagesAt, newHubName, runToEnd, startTestEngine, waitForInstance } from "../../helpers/engine.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

const orchestrators = {
  *fanOut(context: OrchestrationContext) {
    const tasks = [1, 2, 3, 4, 5, 6].map((it) => context.df.callActivity("double", it));
    const results: number[] = yield context.df.Task.all(tasks);
    return results.reduce((sum, it) => sum + it, 0);
  },
};
const app = () => new SdkInvoker({ orchestrators, activities: { double: (value: unknown) => Number(value) * 2 } });

type Point = (call: StorageCall) => boolean;
const toWorkItems: Point = ({ resource, operation }) => resource.endsWith("-workitems") && operation === "send";
const history: Point = ({ resource, operation }) => resource.endsWith("History") && operation === "transact";
const row: Point = ({ resource, operation }) => resource.endsWith("Instances") && operation === "update";
const reading: Point = ({ resource, operation }) => resource.includes("-control-") && operation === "receive";
const reply: Point = ({ resource, operation, args }) =>
  resource.includes("-control-") && operation === "send" && String(args[0]).includes("TaskCompletedEvent");

describe("a storage account that rejects one call", () => {
  test.each([
    ["one of many activities cannot be sent", toWorkItems, 3],
    ["a history cannot be written", history, 1],
    ["a later history cannot be written", history, 2],
    ["a row cannot be written", row, 1],
    ["a queue cannot be read", reading, 2],
    ["a reply cannot be sent", reply, 2],
  ] as const)("%s: the orchestration still completes", async (_, point, nth) => {
    let count = 0;
    const { storage: account } = makeCrashable(storage(), (call) => {
      if (!point(call)) return undefined;
      count += 1;
      return count === nth ? "refused" : undefined;
    });
    // Only two slots: a slot that is never released would be noticed.
    const settings = { maxConcurrentActivityFunctions: 2, maxConcurrentOrchestratorFunctions: 2 };
    const { client, logged } = await startTestEngine({ storage: account, invoker: app(), settings });
    expect((await runToEnd(client, "fanOut")).output).toBe("42");
    await waitFor(() => count >= nth, { what: "the call that is refused" });
    await waitFor(() => messagesAt(logged, "warn").length > 0, { what: "a warning" });
    const more = await Promise.all([1, 2, 3].map(() => runToEnd(client, "fanOut")));
    expect(more.map((it) => it.output)).toEqual(["42", "42", "42"]);
  });
});

test("an activity whose outcome the storage rejected at first is not run again", async () => {
  let refusals = 0;
  const { storage: account } = makeCrashable(storage(), (call) => {
    if (!reply(call) || refusals === 3) return undefined;
    refusals += 1;
    return "refused";
  });
  const runs: unknown[] = [];
  const activities = {
    double: (value: unknown) => {
      runs.push(value);
      return Number(value) * 2;
    },
  };
  const invoker = new SdkInvoker({ orchestrators, activities });
  const { client } = await startTestEngine({ storage: account, invoker });
  expect((await runToEnd(client, "fanOut")).output).toBe("42");
  expect(refusals).toBe(3);
  expect(runs.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("messages in progress on a host that lost its partitions reach the new owner", async () => {
  const hubName = newHubName();
  const entered = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const sdk = app();
  const stuck: FunctionInvoker = {
    durableFunctions: () => sdk.durableFunctions(),
    invokeActivity: (call) => sdk.invokeActivity(call),
    invokeEntity: (call) => sdk.invokeEntity(call),
    async invokeOrchestrator(call) {
      entered.resolve();
      await answered.promise;
      return sdk.invokeOrchestrator(call);
    },
  };
  const one = await startTestEngine({ storage: storage(), hubName, invoker: stuck, workerId: "host-one" });
  const { instanceId } = await one.client.start({ name: "fanOut", input: null });
  await entered.promise;

  const table = storage().table(`${hubName}Partitions`);
  for await (const { partitionKey, rowKey } of table.query()) {
    await table.update({ partitionKey, rowKey, columns: { CurrentOwner: "host-two" } }, "Merge");
  }
  await waitFor(() => messagesAt(one.logged, "warn").some((it) => it.includes("taken by another worker")), {
    what: "the loss",
  });
  answered.resolve();
  const two = await startTestEngine({ storage: storage(), hubName, invoker: app(), workerId: "host-two" });
  expect((await waitForInstance(two.client, instanceId)).output).toBe("42");
});
