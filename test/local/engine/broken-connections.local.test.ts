import df, { type OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import { useAzurite } from "../../helpers/azurite.ts";
import { startTestEngine } from "../../helpers/engine.ts";
import { withFaults } from "../../helpers/faulty-proxy.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();

const orchestrators = {
  *rich(context: OrchestrationContext) {
    const work = [context.df.callActivity("step", "a"), context.df.callSubOrchestrator("child", "b")];
    const both: unknown[] = yield context.df.Task.all(work);
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 300));
    const flaky: unknown = yield context.df.callActivityWithRetry(
      "flaky",
      new df.RetryOptions(100, 5),
      context.df.instanceId,
    );
    if (context.df.getInput() !== 2) return context.df.continueAsNew(2);
    return [...both, flaky];
  },
  *child(context: OrchestrationContext) {
    const large: string = yield context.df.callActivity("step", "x".repeat(60_000));
    return large.length;
  },
};

function makeApp() {
  const tried = new Set<unknown>();
  const flaky = (key: unknown) => {
    if (tried.has(key)) return "fine";
    tried.add(key);
    throw new Error("not yet");
  };
  return new SdkInvoker({ orchestrators, activities: { step: (name: unknown) => `${name} done`, flaky } });
}

test("broken connections and a busy storage only cost time", async () => {
  const faulty = await withFaults(storage());
  const { client, hubName } = await startTestEngine({ storage: faulty.storage, invoker: makeApp() });
  const ids = Array.from({ length: 8 }, (_, i) => `rich-${i}`);
  for (const instanceId of ids) await client.start({ name: "rich", input: null, instanceId });
  faulty.arm();
  const outputs = await Promise.all(ids.map((instanceId) => outputOf(hubName, instanceId)));
  expect(outputs).toEqual(ids.map(() => '["a done",60005,"fine"]'));
  expect(faulty.faults()).toBeGreaterThan(10);
}, 120_000);

/** Bypasses the faults, which would also affect this query. */
function outputOf(hubName: string, instanceId: string): Promise<unknown> {
  const table = storage().table(`${hubName}Instances`);
  return waitFor(
    async () => {
      const { columns } = await table.get({ partitionKey: instanceId, rowKey: "" });
      return /^(Completed|Failed)$/.test(String(columns["RuntimeStatus"])) && columns["Output"];
    },
    { what: `the end of ${instanceId}`, deadlineMs: 90_000 },
  );
}
