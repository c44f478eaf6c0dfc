// `same-kit replay` as a gate before a deployment: the hub of an earlier host, and the current code.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { expect, test } from "vitest";
import { waitForInstance } from "../../helpers/engine.ts";
import { writeApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const appOf = (second: string) => `
const df = require("durable-functions");
df.app.orchestration("greet", function* (context) {
  const hello = yield context.df.callActivity("hello", "a");
  const other = yield context.df.callActivity("${second}", "b");
  yield context.df.waitForExternalEvent("Go");
  return [hello, other];
});
df.app.activity("hello", { handler: (name) => "Hello " + name });
df.app.activity("goodbye", { handler: (name) => "Goodbye " + name });
`;

const HUB = ["--hub", "Gate"];

async function sameKit(stateDir: string, ...args: string[]) {
  const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
  const call = [launcher, "replay", ...args, "--state-dir", stateDir];
  return execa(process.execPath, call, { reject: false });
}

test("exits with 1, the event and the line if the current code does not match a running instance", async () => {
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const [old, changed] = [
    await writeApp({ "main.js": appOf("hello") }),
    await writeApp({ "main.js": appOf("goodbye") }),
  ];
  const host = await startLocalHost({ appDir: old, stateDir, hubName: "Gate" });
  for (const instanceId of ["first", "second"]) await host.client.start({ name: "greet", input: null, instanceId });
  await host.client.raiseEvent("first", "Go", "null");
  await waitForInstance(host.client, "first");
  await waitForInstance(host.client, "second", (it) => it.runtimeStatus === "Running");
  const { url } = host;
  const query = "showHistory=true&showHistoryOutput=true";
  const recorded = path.join(path.dirname(stateDir), "recorded.json");
  const answer = await fetch(`${url}/runtime/webhooks/durabletask/instances/first?${query}`);
  await writeFile(recorded, await answer.text());
  await host.stop();

  const same = await sameKit(stateDir, old, ...HUB);
  expect(same).toMatchObject({ exitCode: 0, stdout: "2 instances replayed as recorded." });

  const newest = await sameKit(stateDir, changed, ...HUB, "--last", "1", "--json");
  expect(newest.exitCode).toBe(1);
  expect(JSON.parse(newest.stdout)).toMatchObject({
    replayed: 1,
    diverged: 1,
    instances: [
      {
        instanceId: "second",
        name: "greet",
        divergence: {
          recorded: "the activity 'hello' as action number 1",
          actual: "requests the activity 'goodbye'",
          source: "main.js:5:34",
          event: { EventType: "TaskScheduled", EventId: 1 },
        },
      },
    ],
  });

  const file = await sameKit(stateDir, changed, "--file", recorded);
  expect(file.exitCode).toBe(1);
  expect(file.stderr).toContain(
    `✗ first (greet)\n    "greet" diverges: the history records the activity 'hello' as action number 1`,
  );
  expect(JSON.parse(await readFile(recorded, "utf8"))).toMatchObject({ runtimeStatus: "Completed" });
});

test("a missing hub, instance or file is reported by name", async () => {
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const app = await writeApp({ "main.js": appOf("hello") });
  expect((await sameKit(stateDir, app, ...HUB)).stderr).toContain(
    'The task hub "Gate" cannot be read. There is no such hub in this storage.',
  );
  const file = await sameKit(stateDir, app, "--file", path.join(stateDir, "nothing.json"));
  expect(file).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("nothing.json cannot be read") });
});
