import { expect, test } from "vitest";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

async function startChild(childId: string) {
  const invoker = new SdkInvoker({
    activities: {},
    orchestrators: {
      *Parent(context) {
        return yield context.df.callSubOrchestrator("Child", null, childId);
      },
      // biome-ignore lint/correctness/useYield: an orchestrator is a generator, even if it waits for nothing.
      *Child() {
        return "done";
      },
    },
  });
  const hub = new EngineHub(invoker);
  hub.start("Parent");
  await hub.run();
  return hub.ending();
}

test("an ID of the maximum length is accepted", async () => {
  expect(await startChild("c".repeat(512))).toEqual({ status: "Completed", result: "done" });
});

test.each([
  ["that is too long", "c".repeat(513), "at most 512 characters"],
  ["that is too long after escaping", "/".repeat(300), "at most 512 characters"],
  ["with a line break", "a\nb", "no control characters"],
  ["of an entity", "@name@key", "must not start with '@'"],
  ["of the parent itself", "abc", "instance id of its parent"],
])("an ID %s fails the parent with the reason", async (_, childId, reason) => {
  expect(await startChild(childId)).toMatchObject({ status: "Failed", result: expect.stringContaining(reason) });
});
