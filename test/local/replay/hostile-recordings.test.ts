// A recording comes from a file, which may have been edited, or from a table that others write to.

import * as df from "durable-functions";
import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../local/src/engine/history/events.ts";
import { historyItems } from "../../../local/src/management/history-items.ts";
import { ReplayError } from "../../../local/src/replay/errors.ts";
import { parseRecording } from "../../../local/src/replay/parse-recording.ts";
import { replayRecording } from "../../../local/src/replay/replay-recording.ts";
import { EngineHub } from "../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../helpers/sdk-orchestrator.ts";

const app: SdkApp = {
  orchestrators: {
    *Order(context) {
      const first: string = yield context.df.callActivity("Say", "a");
      yield context.df.callEntity(new df.EntityId("Counter", "a"), "add", 1);
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
      const child: string = yield context.df.callSubOrchestrator("Child", "c");
      const name: string = yield context.df.waitForExternalEvent("Name");
      try {
        yield context.df.callActivity("Refuse");
      } catch {
        return [first, child, name];
      }
    },
    *Child(context) {
      return yield context.df.callActivity("Say", context.df.getInput());
    },
  },
  activities: {
    Say: (input: string) => `${input}!`,
    Refuse: () => {
      throw new Error("no");
    },
  },
  entities: { Counter: (context: df.EntityContext<number>) => context.df.setState(1) },
};

const settings = { defaultAsyncRequestSleepTimeMs: 30_000, maxOrchestrationActions: 100_000 };
const deps = { invoker: new SdkInvoker(app, { isRecording: false }), settings };

async function record(): Promise<{ whole: object[]; api: object[] }> {
  const hub = new EngineHub(new SdkInvoker(app), { settings: { storeInputsInOrchestrationHistory: true } });
  hub.start("Order", "in");
  await hub.run();
  hub.raise("abc", "Name", "n");
  await hub.run();
  expect(hub.ending()?.status).toBe("Completed");
  const whole: HistoryEvent[] = hub.history();
  return { whole, api: historyItems(whole, { showInput: true, showHistoryOutput: true }) };
}

const forms: [string, "whole" | "api"][] = [
  ["with all its events", "whole"],
  ["as the management API shows it", "api"],
];

test.each(forms)("a history %s replays", async (_, form) => {
  const { [form]: events } = await record();
  const { name, divergence } = await replayRecording(
    parseRecording({ instanceId: "abc", historyEvents: events }),
    deps,
  );
  expect([name, divergence]).toEqual(["Order", null]);
});

const VALUES: readonly unknown[] = [
  ...[undefined, null, 5, 1e300, "x", "toString", "__proto__", {}, []],
  ...[{ InstanceId: 5 }, "9999-99-99T99:99:99Z", "+275760-09-13T00:00:00Z"],
];

/** Variants with a changed or removed property of an event, and so on. */
function* mutants(events: readonly object[]): Generator<[what: string, events: object[]]> {
  for (const [index, event] of events.entries()) {
    for (const member of Object.keys(event)) {
      for (const value of VALUES) {
        const changed = events.with(index, { ...event, [member]: value });
        yield [`${index}.${member}: ${JSON.stringify(value)}`, JSON.parse(JSON.stringify(changed)) as object[]];
      }
    }
    yield [`without ${index}`, events.toSpliced(index, 1)];
    yield [`${index} twice`, events.toSpliced(index, 0, event)];
    for (const value of VALUES)
      yield [`${index} is ${JSON.stringify(value)}`, [...events.with(index, value as object)]];
  }
}

test.each(forms)(
  "a history %s that contains an error diverges or is rejected, without any other failure",
  async (_, form) => {
    const { [form]: events } = await record();
    const problems: string[] = [];
    for (const [what, changed] of mutants(events)) {
      try {
        const { divergence } = await replayRecording(
          parseRecording({ instanceId: "abc", historyEvents: changed }),
          deps,
        );
        if (divergence !== null && typeof divergence.message !== "string") problems.push(`${what}: no message`);
      } catch (error) {
        if (!(error instanceof ReplayError)) problems.push(`${what}: ${String(error)}`);
      }
    }
    expect(problems).toEqual([]);
  },
);

test.each([null, 5, "x", {}, { historyEvents: {} }, { historyEvents: [] }, { history: [null] }, { history: [[]] }])(
  "%j is not a recording",
  (value) => {
    expect(() => parseRecording(value)).toThrow(ReplayError);
  },
);
