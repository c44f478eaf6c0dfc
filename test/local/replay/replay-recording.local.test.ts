// Histories recorded with one version of an app, replayed with others.

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type LocalApp,
  type RecordedEvent,
  type RecordedHistory,
  startLocalApp,
} from "../../../local/src/testing/index.ts";
import { writeApp } from "../../helpers/function-app.ts";

const RECORDED = `
const first = yield context.df.callActivityWithRetry("reserve", new df.RetryOptions(1000, 3), "book");
const both = yield context.df.Task.all([
  context.df.callActivity("charge", 1),
  context.df.callActivity("pack", 2),
]);
yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 20 * 24 * 60 * 60 * 1000));
const child = yield context.df.callSubOrchestrator("child", "c");
const name = yield context.df.waitForExternalEvent("Name");
try {
  yield context.df.callActivity("refuse");
} catch {
  return [first, ...both, child, name];
}
`;

const appOf = (order: string) => `
const df = require("durable-functions");
df.app.orchestration("order", function* (context) {
${order.trim()}
});
df.app.orchestration("child", function* (context) {
  return yield context.df.callActivity("pack", context.df.getInput());
});
for (const name of ["reserve", "charge", "pack", "refund"]) df.app.activity(name, { handler: (input) => name + input });
df.app.activity("refuse", { handler: () => { throw new Error("no"); } });
`;

// The first line of the orchestrator's code.
const FIRST_LINE = 4;

async function startApp(order: string): Promise<LocalApp> {
  const app = await startLocalApp(await writeApp({ "main.js": appOf(order) }));
  onTestFinished(() => app.stop());
  return app;
}

/** The response of the management API, and the whole history. */
async function record(app: LocalApp, id: string): Promise<Record<"api" | "whole", RecordedHistory>> {
  const query = "showHistory=true&showHistoryOutput=true&showInput=false";
  const answer = await app.fetch(`/runtime/webhooks/durabletask/instances/${id}?${query}`);
  return { api: (await answer.json()) as RecordedHistory, whole: await app.client.history(id) };
}

const eventsOf = (history: RecordedHistory): readonly RecordedEvent[] =>
  "historyEvents" in history ? history.historyEvents : history;

type Records = Record<"recorded" | "running", Record<"api" | "whole", RecordedHistory>>;

let records: Promise<Records> | undefined;

/** One run of the recorded code, in the middle and at its end. */
function recordOnce(): Promise<Records> {
  records ??= (async () => {
    const app = await startApp(RECORDED);
    app.failActivity("reserve", "busy", { times: 1 });
    const id = await app.client.start("order");
    await app.clock.skipTimers();
    const running = await record(app, id);
    await app.client.raise(id, "Name", "Ada");
    expect((await app.client.wait(id)).output).toEqual(["reservebook", "charge1", "pack2", "packc", "Ada"]);
    return { running, recorded: await record(app, id) };
  })();
  return records;
}

describe.each(["api", "whole"] as const)("a history (%s)", (form) => {
  test("replays on the code that recorded it", async () => {
    const { recorded, running } = await recordOnce();
    const app = await startApp(RECORDED);
    expect(await app.replay(recorded[form])).toMatchObject({ name: "order", divergence: null });
    expect(await app.replay(running[form])).toMatchObject({ name: "order", divergence: null });
  });

  test.each([
    {
      change: "calls another activity",
      code: RECORDED.replace('"pack", 2', '"refund", 2'),
      recorded: "the activity 'pack' as action number 4",
      actual: "requests the activity 'refund'",
      line: 3,
    },
    {
      change: "calls two activities in another order",
      code: RECORDED.replace('"charge"', '"x"').replace('"pack", 2', '"charge", 2').replace('"x"', '"pack"'),
      recorded: "the activity 'charge' as action number 3",
      actual: "requests the activity 'pack'",
      line: 2,
    },
    {
      change: "does something else instead of waiting",
      code: RECORDED.replace(/yield context.df.createTimer.*/, 'yield context.df.callActivity("pack", 3);'),
      recorded: "a timer as action number 5",
      actual: "requests the activity 'pack'",
      line: 5,
    },
    {
      change: "ends earlier",
      code: RECORDED.replace("const child", "return both;\nconst child"),
      recorded: "the sub-orchestration 'child' as action number",
      actual: "has already returned",
      line: 5,
    },
    {
      change: "awaits another event",
      code: RECORDED.replace('"Name"', '"Nickname"'),
      recorded: "the activity 'refuse' as action number",
      actual: "waits without requesting anything more",
      line: 7,
    },
    {
      change: "does not catch an error",
      code: RECORDED.replace("} catch {", "} catch (error) {\nif (first) throw error;"),
      recorded: "its end, Completed",
      actual: "has already thrown:",
      line: 9,
    },
    {
      change: "does more before it ends",
      code: RECORDED.replace("  return [", '  yield context.df.callActivity("refund");\n  return ['),
      recorded: "its end, Completed",
      actual: "requests the activity 'refund'",
      line: 11,
    },
  ])("shows where code that $change diverges", async ({ code, line, ...expected }) => {
    const { recorded } = await recordOnce();
    const app = await startApp(code);
    const { divergence } = await app.replay(recorded[form]);
    expect(divergence?.recorded).toContain(expected.recorded);
    expect(divergence?.actual).toContain(expected.actual);
    expect(divergence?.source).toMatch(new RegExp(`^main\\.js:${FIRST_LINE + line}:\\d+$`));
    const events = eventsOf(recorded[form]);
    expect(events[divergence?.eventIndex ?? -1]?.EventType).toBe(divergence?.event?.EventType);
  });
});

describe("a history with entities", () => {
  const RECORDED_SALE = `
const stock = new df.EntityId("stock", "a");
const left = yield context.df.callEntity(stock, "take", 2);
context.df.signalEntity(stock, "fill", 9);
return yield context.df.callActivity("pack", left);
`;
  const recordSale = async () => {
    const app = await startApp(RECORDED_SALE);
    app.mockEntity("stock", ({ operation }) => (operation === "take" ? 7 : undefined));
    const id = await app.client.start("order");
    expect((await app.client.wait(id)).output).toBe("pack7");
    const query = "showHistory=true&showHistoryOutput=true";
    const answer = await app.fetch(`/runtime/webhooks/durabletask/instances/${id}?${query}`);
    return { api: (await answer.json()) as RecordedHistory, whole: await app.client.history(id) };
  };

  test("replays on the code that recorded it, and shows where other code diverges", async () => {
    const { api, whole } = await recordSale();
    const same = await startApp(RECORDED_SALE);
    const other = await startApp(RECORDED_SALE.replace('"stock", "a"', '"stock", "b"'));
    const later = await startApp(RECORDED_SALE.replace('"pack"', '"charge"'));
    for (const history of [api, whole]) {
      expect(await same.replay(history)).toMatchObject({ divergence: null });
      expect((await other.replay(history)).divergence).toMatchObject({ event: { EventType: "EventSent" } });
      expect((await later.replay(history)).divergence).toMatchObject({
        recorded: "the activity 'pack' as action number 2",
        actual: "requests the activity 'charge'",
        source: expect.stringMatching(/^main\.js:7:/),
      });
    }
  });
});

test("if the library itself fails on the recording, the previous action is reported", async () => {
  const server = http.createServer(({ url }, response) => {
    const isFirst = url === "/start";
    response.writeHead(isFirst ? 202 : 200, isFirst ? { location: "/status", "retry-after": "1" } : {}).end("done");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/start`;
  const call = `const { content } = yield context.df.callHttp({ method: "GET", url: "${address}" });\nreturn content;`;
  const app = await startApp(call);
  const id = await app.client.start("order");
  await app.clock.skipTimers();
  expect((await app.client.wait(id)).output).toBe("done");
  const histories = await record(app, id);
  const other = await startApp(`yield context.df.callActivity("pack", 1);\n${call}`);
  for (const history of [histories.api, histories.whole]) {
    expect((await other.replay(history)).divergence).toMatchObject({
      event: { EventType: expect.stringMatching(/^Task(Scheduled|Completed)$/) },
      recorded: "the activity 'BuiltIn::HttpActivity' as action number 0",
      actual: "requests the activity 'pack'",
      source: expect.stringMatching(/^main\.js:4:/),
    });
  }
});

test("a missing orchestrator is reported by name", async () => {
  const app = await startApp("");
  const started = { EventType: "ExecutionStarted", FunctionName: "gone", Timestamp: "2026-01-01T00:00:00Z" };
  const { divergence } = await app.replay({ historyEvents: [started] });
  expect(divergence?.actual).toContain("The function 'gone' doesn't exist");
});

test.each([
  [{}, "It holds no events."],
  [[{ EventType: "Nonsense" }], "It holds something that is not an event"],
  [[{ EventType: "TaskCompleted", FunctionName: "a", Timestamp: "2026-01-01T00:00:00Z" }], "It lacks all results."],
  [
    [{ EventType: "EventRaised", Name: "a", Timestamp: "2026-01-01T00:00:00Z" }],
    "It does not say how the orchestration started.",
  ],
  [
    [{ EventType: "EventSent", InstanceId: "@a@b", Timestamp: "2026-01-01T00:00:00Z" }],
    "It lacks what was sent to entities",
  ],
  [[{ EventType: "ExecutionStarted", FunctionName: "a", Timestamp: "yesterday" }], '"yesterday" is not a UTC time.'],
])("the error for a recording that cannot be replayed gives the reason: %j", async (recording, why) => {
  const app = await startApp("");
  await expect(app.replay(recording as RecordedHistory)).rejects.toThrow(why);
});
