import type { OrchestrationContext } from "durable-functions";
import df from "durable-functions";
import { describe, expect, test } from "vitest";
import { OrchestrationAlreadyExistsError } from "../../../local/src/engine/errors.ts";
import { EventType } from "../../../local/src/engine/history/events.ts";
import type { FunctionInvoker, InvocationReply } from "../../../local/src/engine/ports.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { runToEnd, startTestEngine, waitForInstance } from "../../helpers/engine.ts";
import { areQueuesEmpty } from "../../helpers/raw-storage.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

type Context = OrchestrationContext;
const CALL_TIMES = new Map<string, number>();

const orchestrators = {
  *chain(context: Context) {
    const first: string = yield context.df.callActivity("hello", "Tokyo");
    const second: string = yield context.df.callActivity("hello", "Cairo");
    return [first, second];
  },
  *fanOut(context: Context) {
    const tasks = Array.from({ length: 30 }, (_, i) => context.df.callActivity("double", i));
    const results: number[] = yield context.df.Task.all(tasks);
    return results.reduce((sum, it) => sum + it, 0);
  },
  *fails(context: Context) {
    yield context.df.callActivity("boom", null);
  },
  *retries(context: Context) {
    const options = new df.RetryOptions(100, 3);
    const times: number = yield context.df.callActivityWithRetry("flaky", options, context.df.instanceId);
    return times;
  },
  *naps(context: Context) {
    const due = new Date(context.df.currentUtcDateTime.getTime() + 1_200);
    yield context.df.createTimer(due);
    return { due: due.getTime(), now: context.df.currentUtcDateTime.getTime() };
  },
  *approval(context: Context) {
    context.df.setCustomStatus({ waiting: true });
    const approved: boolean = yield context.df.waitForExternalEvent("Approval");
    context.df.setCustomStatus(null);
    return { approved };
  },
  *parent(context: Context) {
    const one: string[] = yield context.df.callSubOrchestrator("chain", null);
    const two: string[] = yield context.df.callSubOrchestrator("chain", null, `${context.df.instanceId}-child`);
    return [...one, ...two];
  },
  *parentOfApproval(context: Context) {
    try {
      yield context.df.callSubOrchestrator("approval", null, "mine");
      return "no failure";
    } catch (error) {
      return (error as Error).message;
    }
  },
  *parentOfFailure(context: Context) {
    try {
      yield context.df.callSubOrchestrator("fails", null);
      return "no failure";
    } catch (error) {
      return (error as Error).message;
    }
  },
  *counts(context: Context) {
    const left = context.df.getInput() as number;
    yield context.df.callActivity("double", left);
    if (left > 1) context.df.continueAsNew(left - 1);
    return `counted to ${left}`;
  },
  *large(context: Context) {
    const text = context.df.getInput() as string;
    const answer: string = yield context.df.callActivity("hello", text);
    return answer;
  },
};
const activities = {
  hello: (name: unknown) => `Hello ${name}!`,
  double: (value: unknown) => Number(value) * 2,
  boom: () => {
    throw new Error("no luck");
  },
  flaky: (key: unknown) => {
    const times = (CALL_TIMES.get(String(key)) ?? 0) + 1;
    CALL_TIMES.set(String(key), times);
    if (times < 3) throw new Error(`not yet: ${times}`);
    return times;
  },
};
const app = () => new SdkInvoker({ orchestrators, activities });
const start = () => startTestEngine({ storage: storage(), invoker: app() });
const output = (text: string | null): unknown => JSON.parse(text ?? "null");

describe("orchestrations on real storage", () => {
  test.each([
    ["activities in sequence", "chain", null, ["Hello Tokyo!", "Hello Cairo!"]],
    ["activities in parallel", "fanOut", null, 870],
    ["an activity that finally succeeds", "retries", null, 3],
    ["children", "parent", null, ["Hello Tokyo!", "Hello Cairo!", "Hello Tokyo!", "Hello Cairo!"]],
    ["generations", "counts", 3, "counted to 1"],
  ])("%s complete", async (_, name, input, expected) => {
    const { client } = await start();
    const status = await runToEnd(client, name, input);
    expect(status).toMatchObject({ name, runtimeStatus: "Completed" });
    expect(output(status.output)).toEqual(expected);
  });

  test("a failed activity fails the orchestration with its message", async () => {
    const { client } = await start();
    const status = await runToEnd(client, "fails");
    expect(status.runtimeStatus).toBe("Failed");
    expect(status.output).toContain("no luck");
  });

  test("a parent can catch the error of a failed child", async () => {
    const { client } = await start();
    const status = await runToEnd(client, "parentOfFailure");
    expect(status.runtimeStatus).toBe("Completed");
    expect(status.output).toContain("no luck");
  });

  test("a timer does not fire early", async () => {
    const { client } = await start();
    const { due, now } = output((await runToEnd(client, "naps")).output) as { due: number; now: number };
    expect(now).toBeGreaterThanOrEqual(due);
  });

  test("an external event is awaited, and the custom status is visible meanwhile", async () => {
    const { client } = await start();
    const { instanceId } = await client.start({ name: "approval", input: null });
    await waitForInstance(client, instanceId, (it) => it.customStatus === '{"waiting":true}');
    await client.raiseEvent(instanceId, "Approval", "true");
    const status = await waitForInstance(client, instanceId);
    expect(output(status.output)).toEqual({ approved: true });
    expect(status.customStatus).toBe("null");
  });

  test("payloads too large for a table column are returned complete, and deleted by a purge", async () => {
    const { client, hubName } = await start();
    const text = "x".repeat(200_000);
    const status = await runToEnd(client, "large", text);
    expect(output(status.output)).toBe(`Hello ${text}!`);
    expect(output(status.input)).toBe(text);
    const blobs = storage().container(`${hubName.toLowerCase()}-largemessages`);
    const names = () => Array.fromAsync(blobs.list(), ({ name }) => name);
    expect((await names()).length).toBeGreaterThan(2);
    expect(await client.purge(status.instanceId)).toBe(true);
    expect(await names()).toEqual([]);
    expect(await client.getStatus(status.instanceId)).toBeNull();
    expect(await client.getHistory(status.instanceId, status.executionId)).toEqual([]);
  });

  test("an unknown orchestrator fails, and the error lists the existing ones", async () => {
    const { client } = await start();
    const status = await runToEnd(client, "nobody");
    expect(status.runtimeStatus).toBe("Failed");
    expect(status.output).toContain("'chain'");
  });
});

describe("control by a client", () => {
  test("terminate ends a waiting instance", async () => {
    const { client } = await start();
    const { instanceId } = await client.start({ name: "approval", input: null });
    await waitForInstance(client, instanceId, (it) => it.customStatus !== null);
    await client.terminate(instanceId, "enough");
    const status = await waitForInstance(client, instanceId);
    expect(status).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
  });

  test("a suspended instance processes its events after it is resumed", async () => {
    const { client } = await start();
    const { instanceId } = await client.start({ name: "approval", input: null });
    await waitForInstance(client, instanceId, (it) => it.customStatus !== null);
    await client.suspend(instanceId, "pause");
    await waitForInstance(client, instanceId, (it) => it.runtimeStatus === "Suspended");
    await client.raiseEvent(instanceId, "Approval", "false");
    const history = async () => {
      const status = await client.getStatus(instanceId);
      return client.getHistory(instanceId, status?.executionId ?? "");
    };
    await waitFor(async () => (await history()).some((it) => it.EventType === EventType.EventRaised));
    expect((await client.getStatus(instanceId))?.runtimeStatus).toBe("Suspended");
    await client.resume(instanceId, "go on");
    const status = await waitForInstance(client, instanceId);
    expect(output(status.output)).toEqual({ approved: false });
  });

  test("the ID of a running instance is rejected, and that of an ended instance can be reused", async () => {
    const { client } = await start();
    await client.start({ name: "approval", input: null, instanceId: "mine" });
    await expect(client.start({ name: "chain", input: null, instanceId: "mine" })).rejects.toThrow(
      OrchestrationAlreadyExistsError,
    );
    await client.terminate("mine", null);
    const first = await waitForInstance(client, "mine");
    const { executionId } = await client.start({ name: "chain", input: null, instanceId: "mine" });
    const second = await waitForInstance(client, "mine", (it) => it.runtimeStatus === "Completed");
    expect(second).toMatchObject({ executionId, name: "chain", customStatus: "null" });
    expect(executionId).not.toBe(first.executionId);
    const history = await client.getHistory("mine", executionId);
    expect(history.filter((it) => it.EventType === EventType.ExecutionStarted)).toHaveLength(1);
  });

  test("AnyState lets a start replace a running instance, which is terminated first", async () => {
    const settings = { overridableExistingInstanceStates: "AnyState" as const };
    const { client } = await startTestEngine({ storage: storage(), invoker: app(), settings });
    const parent = await client.start({ name: "parentOfApproval", input: null });
    await waitFor(async () => (await client.getStatus("mine"))?.customStatus);
    await client.start({ name: "chain", input: null, instanceId: "mine" });
    const status = await waitForInstance(client, "mine");
    expect(output(status.output)).toEqual(["Hello Tokyo!", "Hello Cairo!"]);
    const { output: caught } = await waitForInstance(client, parent.instanceId);
    expect(caught).toContain("A new instance creation request has been issued for instance mine which currently has");
  });

  test("purgeMany keeps running instances", async () => {
    const { client } = await start();
    await runToEnd(client, "chain");
    const running = await client.start({ name: "approval", input: null });
    await waitForInstance(client, running.instanceId, (it) => it.runtimeStatus === "Running");
    expect(await client.purgeMany({})).toBe(1);
    const { instances } = await client.list({}, { top: 10 });
    expect(instances.map((it) => it.instanceId)).toEqual([running.instanceId]);
  });

  test("an event for an unknown instance is discarded", async () => {
    const { client, hubName } = await start();
    await client.raiseEvent("nobody", "Approval", "true");
    await waitFor(() => areQueuesEmpty(storage(), hubName));
  });
});

describe("caching in memory", () => {
  test("the history of an instance that started here is never read", async () => {
    const reads: string[] = [];
    const account = storage();
    const watched = {
      ...account,
      table(name: string) {
        const table = account.table(name);
        const query = table.query.bind(table);
        table.query = (...args) => {
          reads.push(name);
          return query(...args);
        };
        return table;
      },
    };
    const { client, hubName } = await startTestEngine({ storage: watched, invoker: app() });
    // At the end of this run the host has started to read its queues.
    await runToEnd(client, "chain");
    reads.length = 0;
    await runToEnd(client, "chain");
    expect(reads.filter((name) => name === `${hubName}History`)).toEqual([]);
  });

  test("a history that changed elsewhere is noticed, and read again", async () => {
    const { client, hubName } = await start();
    const { instanceId } = await client.start({ name: "approval", input: null });
    await waitForInstance(client, instanceId, (it) => it.customStatus !== null);
    const table = storage().table(`${hubName}History`);
    const columns = { IsCheckpointComplete: true };
    await table.update({ partitionKey: instanceId, rowKey: "sentinel", columns }, "Merge");
    await client.raiseEvent(instanceId, "Approval", "true");
    const status = await waitForInstance(client, instanceId);
    expect(output(status.output)).toEqual({ approved: true });
  });

  test("the queues are empty at the end", async () => {
    const { client, hubName } = await start();
    await Promise.all(["chain", "fanOut", "parent", "counts"].map((name) => runToEnd(client, name, 3)));
    await waitFor(() => areQueuesEmpty(storage(), hubName));
  });
});

describe("an unavailable worker", () => {
  test("is called again once it is available", async () => {
    const sdk = app();
    let isThere = false;
    const away: InvocationReply = { kind: "unavailable", reason: "The worker restarts." };
    let asked = 0;
    const ask =
      <Call>(invoke: (call: Call) => Promise<InvocationReply>) =>
      (call: Call) => {
        asked += 1;
        return isThere ? invoke(call) : Promise.resolve(away);
      };
    const invoker: FunctionInvoker = {
      durableFunctions: () => sdk.durableFunctions(),
      invokeOrchestrator: ask((call) => sdk.invokeOrchestrator(call)),
      invokeActivity: ask((call) => sdk.invokeActivity(call)),
      invokeEntity: ask((call) => sdk.invokeEntity(call)),
    };
    // Polling would not find them.
    const settings = { maxQueuePollingIntervalMs: 600_000 };
    const { client } = await startTestEngine({ storage: storage(), invoker, settings });
    const { instanceId } = await client.start({ name: "chain", input: null });
    await waitFor(() => asked > 0);
    isThere = true;
    const status = await waitForInstance(client, instanceId);
    expect(status.runtimeStatus).toBe("Completed");
  });
});
