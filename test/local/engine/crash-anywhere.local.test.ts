// One host dies at some call to the storage, whatever it is for; the next one must come to the same end.

import df, { type OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeCrashable, type StorageCall } from "../../helpers/crashable-storage.ts";
import { newHubName, startTestEngine, waitForInstance } from "../../helpers/engine.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

type Input = { isSecond: boolean; got: unknown[] };

const orchestrators = {
  *rich(context: OrchestrationContext) {
    const { isSecond, got } = context.df.getInput() as Input;
    context.df.setCustomStatus({ isSecond });
    if (!isSecond) {
      const work = [context.df.callActivity("step", "a"), context.df.callSubOrchestrator("child", "b")];
      const both: unknown[] = yield context.df.Task.all(work);
      const event: unknown = yield context.df.waitForExternalEvent("Go");
      context.df.continueAsNew({ isSecond: true, got: [...both, event] });
      return;
    }
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 300));
    const flaky: unknown = yield context.df.callActivityWithRetry("flaky", new df.RetryOptions(100, 5));
    try {
      yield context.df.callSubOrchestrator("fails", null);
    } catch {
      return [...got, flaky, "caught"];
    }
  },
  *child(context: OrchestrationContext) {
    const done: unknown = yield context.df.callActivity("step", context.df.getInput());
    return done;
  },
  *fails(context: OrchestrationContext) {
    yield context.df.callActivity("boom", null);
  },
};

function makeApp() {
  let attempts = 0;
  const activities = {
    step: (name: unknown) => `${name} done`,
    boom: () => {
      throw new Error("no luck");
    },
    flaky: () => {
      attempts += 1;
      if (attempts < 2) throw new Error("not yet");
      return "fine";
    },
  };
  return new SdkInvoker({ orchestrators, activities });
}

const CHANGES = /^(send|delete|update|transact|upsert)$/;
const isWork = ({ resource, operation }: StorageCall) => CHANGES.test(operation) && !resource.endsWith("Partitions");

// A run makes about sixty such calls; the first is the client's, whose start is not answered then.
const CALLS = [5, 10, 15, 20, 25, 30, 35, 40];
const MOMENTS = ["before", "after"] as const;

test("whichever call a host dies at, the next one comes to the same end", async () => {
  const deaths = CALLS.flatMap((call) => MOMENTS.map((moment) => ({ call, moment })));
  const ends: unknown[] = [];
  const runNext = async () => {
    for (let next = deaths.pop(); next !== undefined; next = deaths.pop()) ends.push(await dieAndContinue(next));
  };
  await Promise.all([1, 2, 3, 4].map(runNext));
  const end = { runtimeStatus: "Completed", output: '["a done","b done","go","fine","caught"]' };
  expect(ends).toEqual(CALLS.flatMap(() => MOMENTS.map(() => expect.objectContaining(end))));
}, 120_000);

async function dieAndContinue({ call, moment }: { call: number; moment: (typeof MOMENTS)[number] }) {
  const hubName = newHubName();
  let calls = 0;
  const crash = makeCrashable(storage(), (it) => {
    if (isWork(it)) calls += 1;
    return isWork(it) && calls === call ? moment : undefined;
  });
  const settings = { controlQueueVisibilityTimeoutMs: 2_000, workItemQueueVisibilityTimeoutMs: 2_000 };
  const invoker = makeApp();
  const first = await startTestEngine({ storage: storage(), hubName, settings, crash, invoker });
  await first.client.start({ name: "rich", input: '{"isSecond":false,"got":[]}', instanceId: "rich" });
  void first.client.raiseEvent("rich", "Go", '"go"');
  await waitFor(crash.isDead, { what: `death ${moment} call ${call}`, deadlineMs: 30_000 });

  const { client } = await startTestEngine({ storage: storage(), hubName, settings, invoker });
  // The first may not have been sent; a second one is ignored.
  await client.raiseEvent("rich", "Go", '"go"');
  return waitForInstance(client, "rich", undefined, 60_000);
}
