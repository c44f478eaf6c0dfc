// Non-deterministic and deterministic orchestrators on a hostile host.

import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type LocalApp, startLocalApp } from "../../../local/src/testing/index.ts";
import { runToEnd } from "../../helpers/engine.ts";
import { fixtureApp, writeApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function startHostile(body: string, hostile = 1): Promise<LocalApp> {
  const app = await startLocalApp(await writeApp({ "main.js": suspect(body) }), {
    hostile,
    now: "2026-03-01T08:00:00Z",
  });
  onTestFinished(() => app.stop());
  return app;
}

const suspect = (body: string) => `
const df = require("durable-functions");
let calls = 0;
df.app.orchestration("suspect", function* (context) {
${body}
});
df.app.activity("echo", { handler: (input) => input });
df.app.activity("count", { handler: () => (calls += 1) });
`;

async function failureOf(app: LocalApp): Promise<string> {
  const id = await app.client.start("suspect");
  await app.clock.skipTimers();
  const { status, output } = await app.client.wait(id);
  expect(status).toBe("Failed");
  return String(output);
}

test.each([
  {
    mistake: "draws random numbers",
    body: 'yield context.df.callActivity("echo", "a");\nyield context.df.callActivity("echo", Math.random());',
    told: /At event \d+ \(TaskCompleted of number 0\) two replays of the same history differ: first activity echo 0\.\d+ \(main\.js:6:18\), then activity echo 0\.\d+ \(main\.js:6:18\)\./,
  },
  {
    mistake: "reads the clock",
    body: 'const hour = new Date().getUTCHours();\nif (hour < 12) yield context.df.callActivity("echo", "morning");\nelse yield context.df.callActivity("echo", "evening");',
    told: /At event 1 \(ExecutionStarted 'suspect'\) two replays of the same history differ: first activity echo "morning" \(main\.js:6:33\), then activity echo "evening" \(main\.js:7:23\)\./,
  },
  {
    mistake: "computes a timer from its own clock",
    body: "yield context.df.createTimer(new Date(Date.now() + 60_000));",
    told: /two replays of the same history differ: first timer 2026-03-01T08:01:00.*Z \(main\.js:5:18\), then timer 2026-03-01T15:/,
  },
  {
    mistake: "keeps state between its calls",
    body: 'calls += 1;\nif (calls > 1) return "later";\nyield context.df.callActivity("echo", "first");',
    told: /two replays of the same history differ: first activity echo "first" \(main\.js:7:18\), then nothing more\./,
  },
  {
    mistake: "depends on state that other code changes",
    body: 'yield context.df.callActivity("echo", calls);\nyield context.df.callActivity("count");\nyield context.df.callActivity("echo", "end");',
    told: /At event \d+ \(TaskCompleted of number 1\) it does not request what it requested before: first activity echo 0 \(main\.js:5:18\), then activity echo \d \(main\.js:5:18\)\./,
  },
])("code that $mistake fails with the event and the line", async ({ body, told }) => {
  const app = await startHostile(body);
  const failure = await failureOf(app);
  expect(failure).toMatch(/^Non-Deterministic workflow detected: /);
  expect(failure).toMatch(told);
});

test.each([1, 2, 3, 4, 5])("an app without mistakes has the same result with seed %d", async (hostile) => {
  const app = await startLocalApp(fixtureApp("orders"), { hostile });
  onTestFinished(() => app.stop());
  const ids = await Promise.all(
    ["pen", "book", "desk"].map((item) => app.client.start("order", { item, total: item === "desk" ? 500 : 5 })),
  );
  app.failActivity("charge", "declined", { times: 1 });
  await app.clock.skipTimers();
  const ended = await Promise.all(ids.map((id) => app.client.wait(id)));
  expect(ended.map(({ output }) => (output as { status: string }).status)).toEqual(["shipped", "shipped", "expired"]);
  expect(await app.client.run("remind")).toHaveLength(3);
  expect(await app.client.run("family")).toBe("shipped");
});

test("a host started by the command line finds mistakes too", async () => {
  const body = "yield context.df.createTimer(new Date(Date.now() + 60_000));";
  const appDir = await writeApp({ "main.js": suspect(body) });
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const host = await startLocalHost({ appDir, stateDir, storage: { kind: "none" }, hostile: 7 });
  const { output } = await runToEnd(host.client, "suspect");
  expect(output).toMatch(
    /^"?Non-Deterministic workflow detected: At event 1 \(ExecutionStarted 'suspect'\) .*main\.js:5:18/,
  );
});
