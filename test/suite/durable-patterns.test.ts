// The patterns documented by durable-functions, through HTTP on the whole local stack: host, worker, engine and Azurite.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalHost, parseStorageChoice, startLocal } from "../../local/src/index.ts";
import { waitFor } from "../helpers/wait-for.ts";

let host: LocalHost;
let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(path.join(os.tmpdir(), "same-kit-"));
  host = await startLocal({
    appDir: path.resolve("test/fixtures/apps/patterns"),
    stateDir,
    port: 0,
    storage: parseStorageChoice("memory"),
  });
});
afterAll(async () => {
  await host?.stop();
  await rm(stateDir, { recursive: true, force: true });
});

type Status = {
  runtimeStatus: string;
  output: unknown;
  customStatus: unknown;
  historyEvents?: { EventType: string }[];
};
type Urls = Record<
  | "id"
  | "statusQueryGetUri"
  | "sendEventPostUri"
  | "terminatePostUri"
  | "suspendPostUri"
  | "resumePostUri"
  | "purgeHistoryDeleteUri",
  string
>;

const post = (url: string, body: unknown = null) =>
  fetch(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

/** Runs to the end, as seen by a caller of the app. */
async function result(name: string, input: unknown): Promise<unknown> {
  const response = await post(`${host.url}/api/start/${name}`, input);
  expect(response.status).toBe(200);
  return response.json();
}

async function start(name: string, id: string, input: unknown): Promise<Urls> {
  const response = await post(`${host.url}/api/start-only/${name}/${id}`, input);
  expect(response.status).toBe(202);
  return (await response.json()) as Urls;
}

async function reached(urls: Urls, wanted: string, query = ""): Promise<Status> {
  return waitFor(
    async () => {
      const status = (await (await fetch(urls.statusQueryGetUri + query)).json()) as Status;
      return status.runtimeStatus === wanted && status;
    },
    { what: `the status ${wanted}`, deadlineMs: 30_000 },
  );
}

test.each([
  ["chain", ["Tokyo", "Seattle"], ["Hello Tokyo", "Hello Seattle"]],
  ["fanOut", Array.from({ length: 50 }, (_, i) => i), 2450],
  ["monitor", { round: 0, rounds: 3 }, "cleared"],
  ["approval", 300, "Hello nobody"],
  ["retry", null, 3],
  ["asTheyCome", [1, 2, 3], [[2, 4, 6], "Hello end"]],
  ["parent", null, "Orchestrator function 'failing' failed: no use for 12"],
])("%s with %j completes with %j", async (name, input, output) => {
  expect(await result(name, input)).toEqual(output);
});

test("an event sent to the URL in the response decides the outcome", async () => {
  const urls = await start("approval", "decided", 600_000);
  const sent = await post(urls.sendEventPostUri.replace("{eventName}", "Decision"), { by: "me" });
  expect(sent.status).toBe(202);
  expect(await reached(urls, "Completed")).toMatchObject({ output: { by: "me" } });
});

test("an instance can be suspended, resumed, terminated and purged through its URLs", async () => {
  const urls = await start("approval", "handled", 600_000);
  await reached(urls, "Running");
  expect((await post(urls.suspendPostUri.replace("{text}", "pause"))).status).toBe(202);
  await reached(urls, "Suspended");
  expect((await post(urls.suspendPostUri.replace("{text}", "again"))).status).toBe(500);
  expect((await fetch(urls.purgeHistoryDeleteUri, { method: "DELETE" })).status).toBe(412);
  expect((await post(urls.resumePostUri.replace("{text}", "on"))).status).toBe(202);
  await reached(urls, "Running");
  expect((await post(urls.terminatePostUri.replace("{text}", "enough"))).status).toBe(202);
  expect(await reached(urls, "Terminated")).toMatchObject({ output: "enough" });
  expect((await post(urls.terminatePostUri.replace("{text}", "again"))).status).toBe(410);
  const purged = await fetch(urls.purgeHistoryDeleteUri, { method: "DELETE" });
  expect(await purged.json()).toEqual({ instancesDeleted: 1 });
  expect((await fetch(urls.statusQueryGetUri)).status).toBe(404);
});

test("a failed instance shows its error and its history", async () => {
  const urls = await start("failing", "failed", 7);
  const status = await reached(urls, "Failed", "&showHistory=true&showHistoryOutput=true");
  expect(status.output).toBe("Orchestrator function 'failing' failed: no use for 7");
  expect(status.historyEvents?.map((it) => it.EventType)).toEqual([
    "ExecutionStarted",
    "TaskCompleted",
    "ExecutionCompleted",
  ]);
});

test("the ID of an ended instance can be used for a new start, but not that of a running one", async () => {
  const urls = await start("approval", "twice", 600_000);
  const start2 = `${host.url}/runtime/webhooks/durabletask/orchestrators/approval/twice`;
  await reached(urls, "Running");
  expect((await post(start2, 1)).status).toBe(409);
  await post(urls.terminatePostUri);
  await reached(urls, "Terminated");
  expect((await post(start2, 1)).status).toBe(202);
  expect(await reached(urls, "Completed")).toMatchObject({ output: "Hello nobody" });
});
