// `func durable` as used by scripts, with the host of an app's folder.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { expect, test } from "vitest";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const APP = fixtureApp("conformance");

async function open() {
  const dir = await makeTempDir();
  const stateDir = path.join(dir, ".same-kit");
  const host = await startLocalHost({ appDir: APP, stateDir, storage: { kind: "none" } });
  const place = ["--script-root", APP, "--state-dir", stateDir];
  const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
  const call = (text: string) =>
    execa(process.execPath, [launcher, "func", "durable", ...text.split(" "), ...place], { cwd: dir, reject: false });
  const statusOf = async (id: string) => (await host.client.getStatus(id))?.runtimeStatus;
  return { dir, host, call, statusOf };
}

test("func's actions and options start, signal, show, end and remove instances", async () => {
  const { dir, call, statusOf } = await open();
  await writeFile(path.join(dir, "input.json"), '{"a":1}');
  const started = await call("start-new --function-name waits --id one --input @input.json");
  expect(started.stdout).toBe("Started waits as one.");
  await waitFor(async () => (await statusOf("one")) === "Running");
  const status = async (flags: string) => JSON.parse((await call(`get-runtime-status --id one${flags}`)).stdout);
  expect(await status(" --show-input true")).toMatchObject({ runtimeStatus: "Running", input: { a: 1 } });
  expect((await call('raise-event --id one --event-name go --event-data {"b":2}')).exitCode).toBe(0);
  await waitFor(async () => (await statusOf("one")) === "Completed");
  const ended = await status(" --show-output");
  expect(ended).toMatchObject({ output: { b: 2 } });
  expect(ended).not.toHaveProperty("input");
  expect(JSON.parse((await call("get-history --id one")).stdout)).toContainEqual(
    expect.objectContaining({ EventType: "EventRaised", Name: "go" }),
  );
  await call("start-new --function-name waits --id two");
  await waitFor(async () => (await statusOf("two")) === "Running");
  const running = JSON.parse((await call("get-instances --runtime-status running pending --top 5")).stdout);
  expect(running.map((it: { instanceId: string }) => it.instanceId)).toEqual(["two"]);
  const first = await call("get-instances --top 1");
  const token = /Continuation token for next set of results: '(.+)'/.exec(first.stderr)?.[1];
  const second = await call(`get-instances --top 1 --continuation-token ${token}`);
  const ids = [first, second].map(({ stdout }) => JSON.parse(stdout)[0].instanceId);
  expect(ids.sort()).toEqual(["one", "two"]);
  await call("terminate --id two --reason enough");
  await waitFor(async () => (await statusOf("two")) === "Terminated");
  expect((await call("purge-history --runtime-status completed")).stdout).toContain("Removed 1 instance");
  expect([await statusOf("one"), await statusOf("two")]).toEqual([undefined, "Terminated"]);
});

test("usage errors exit with func's code, and a missing hub with 1", async () => {
  const { call } = await open();
  const attempts: [string, number, string][] = [
    ["dance", 3, '"dance" is not an action'],
    ["terminate", 3, "terminate needs --id"],
    ["start-new --function-name waits --input {", 3, "it takes JSON, or @FILE"],
    ["get-instances --runtime-status gone", 3, "is not a status"],
    ["get-instances --connection-string-setting Nowhere", 3, "no such setting"],
    ["delete-task-hub --task-hub-name Nobody", 1, "ERR_HUB_NOT_FOUND"],
  ];
  for (const [text, code, problem] of attempts) {
    const { exitCode, stderr } = await call(text);
    expect({ text, exitCode, stderr }).toEqual({ text, exitCode: code, stderr: expect.stringContaining(problem) });
  }
});
