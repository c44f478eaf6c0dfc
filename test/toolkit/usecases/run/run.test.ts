import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hintText } from "@same-kit/shared";
import { expect, test } from "vitest";
import { AppClient } from "../../../../toolkit/src/adapters/app/app-client.ts";
import { collectFiles } from "../../../../toolkit/src/adapters/files/collect-files.ts";
import { RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import type { BootedHost } from "../../../../toolkit/src/ports.ts";
import { driveRun } from "../../../../toolkit/src/usecases/run/run.ts";
import type { Run } from "../../../../toolkit/src/usecases/run/run-state.ts";
import { COMPLETED_OUTPUT, type FakeApp, fakeApp } from "../../../helpers/fake-app.ts";
import { bootedHost, FakeEmulator } from "../../../helpers/fake-emulator.ts";
import { recordingView } from "../../../helpers/recording-view.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { makeTempDir, makeTempDirWith } from "../../../helpers/temp-dir.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const RUNNING = { runtimeStatus: "Running" } as const;
const COMPLETED = { runtimeStatus: "Completed", output: COMPLETED_OUTPUT } as const;

const EMPTY_NOTEBOOK = '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}';

const STEPS = ["one", "two"].map((name, index) => ({
  name,
  index,
  code: "",
  cells: [],
  tags: [],
  cache: null,
  environment: null,
}));

type SetUp = { app: FakeApp; timeoutMs?: number; hosts?: Partial<BootedHost>[] };

/** A run of two steps on booted hosts with `app`; `drive` resolves at its end. */
async function setUp({ app, timeoutMs, hosts = [] }: SetUp) {
  const stateDir = await makeTempDir();
  const records = new RunRecords(stateDir);
  const calls: string[] = [];
  const emulator = new FakeEmulator();
  emulator.boot = async () => ({
    ...bootedHost({ purge: async (id) => void calls.push(`purge ${id}`) as never }),
    stop: async () => void calls.push("stop"),
    abandon: async () => void calls.push("abandon"),
    ...hosts.shift(),
  });
  const interrupt = new AbortController();
  const leave = new AbortController();
  const view = recordingView();
  const warnings: string[] = [];
  const { id, notebook, location, steps, sameEnv, startedAt, python, reason } = runRecord({ id: "run-1" });
  const record = { id, notebook, location, steps, sameEnv, startedAt, python, reason };
  const run: Run = {
    records,
    choice: { port: null, storage: null, python: null, keep: false },
    steps: STEPS,
    warnings: [],
    timeoutMs: timeoutMs ?? null,
    isVerbose: false,
    savesLargeSession: true,
    deps: {
      cwd: "/elsewhere",
      env: {},
      emulator,
      fetch: app.fetch,
      view,
      warn: (text) => warnings.push(hintText(text)),
      signal: interrupt.signal,
      leaveNow: leave.signal,
    },
    subject: { kind: "draft", draft: { record, request: { steps: [] }, notebookText: EMPTY_NOTEBOOK } },
  };
  const stateOf = async () => (await records.find("run-1"))?.record.state;
  return { app, run, view, warnings, calls, interrupt, leave, stateOf, drive: () => driveRun(run) };
}

test("a completed run is recorded and shown, and its host is stopped", async () => {
  const app = fakeApp(RUNNING, { ...RUNNING, customStatus: { completedCount: 1 } }, COMPLETED);
  const { drive, view, calls, stateOf } = await setUp({ app });
  expect(await drive()).toMatchObject({ id: "run-1", status: "completed", host: { isKept: false } });
  expect(view.log).toEqual(["run Start the emulator", "run one", "run two"]);
  expect({ calls, requests: app.requests, state: await stateOf() }).toEqual({
    calls: ["stop"],
    requests: ["POST /api/initiate"],
    state: "completed",
  });
});

test("the files of a run that is written in place are stored before the app can start it", async () => {
  const app = fakeApp(RUNNING);
  const { run } = await setUp({ app });
  const folder = await makeTempDirWith({ "data.txt": "1" });
  const files = await collectFiles({ folder, globs: null }, run.records.stateDir);
  if (run.subject.kind !== "draft") throw new Error("The run is recorded already.");
  Object.assign(run.subject.draft.record, { inPlace: { folder } });
  const seen: (string | null | undefined)[] = [];
  const initiate = async () => {
    seen.push((await (await run.records.find("run-1"))?.readFile("in-place.json")) ?? null);
    // The app has started the run, but its response does not arrive.
    throw new TypeError("fetch failed");
  };
  const driven = driveRun({ ...run, files: async () => files, deps: { ...run.deps, fetch: initiate } });
  await expect(driven).rejects.toMatchObject({ code: "ERR_APP_UNREACHABLE" });
  expect(seen.map((text) => JSON.parse(text ?? "null"))).toMatchObject([{ files: [{ path: "data.txt" }] }]);
});

test("a failed run marks the running step", async () => {
  const app = fakeApp(RUNNING, { runtimeStatus: "Failed", output: 'Step "one" failed: ValueError: no' });
  const { drive, view, calls, stateOf } = await setUp({ app });
  expect(await drive()).toMatchObject({ status: "failed", failure: { step: "one", message: "ValueError: no" } });
  expect(view.log.slice(1)).toEqual(["run one", "fail one"]);
  expect({ calls, state: await stateOf() }).toEqual({ calls: ["stop"], state: "failed" });
});

test("Ctrl-C terminates the run, and abandons its host without waiting", async () => {
  const app = fakeApp(RUNNING);
  const { drive, view, interrupt, calls, stateOf } = await setUp({ app });
  app.onStatus = () => interrupt.abort(new Error("Interrupted by SIGINT."));
  expect(await drive()).toMatchObject({ status: "interrupted", failure: { code: "ERR_RUN_TERMINATED" } });
  expect(app.requests).toEqual(["POST /api/initiate", "POST /run-1/terminate", "GET /api/runs/run-1"]);
  expect(view.log.slice(-2)).toEqual(["fail one", "line Ending the run. Press Ctrl-C again to exit immediately."]);
  expect({ calls, state: await stateOf() }).toEqual({ calls: ["abandon"], state: "terminated" });
});

test("Ctrl-C while the host starts leaves no record", async () => {
  const { drive, interrupt, calls, stateOf, warnings } = await setUp({ app: fakeApp(RUNNING) });
  interrupt.abort(new Error("Interrupted by SIGINT."));
  await expect(drive()).rejects.toThrow("Interrupted by SIGINT.");
  expect({ calls, warnings, state: await stateOf() }).toEqual({ calls: ["abandon"], warnings: [], state: undefined });
});

test("Ctrl-C while files are read leaves no record, and an error in reading files stops the host", async () => {
  const interrupted = await setUp({ app: fakeApp(RUNNING) });
  const collecting = Promise.withResolvers<null>();
  const driven = driveRun({ ...interrupted.run, collecting: collecting.promise });
  await waitFor(() => interrupted.view.log.length > 0, { what: "the host", deadlineMs: 5_000 });
  interrupted.interrupt.abort(new Error("Interrupted by SIGINT."));
  collecting.resolve(null);
  await expect(driven).rejects.toThrow("Interrupted by SIGINT.");
  const refused = await setUp({ app: fakeApp(RUNNING) });
  const tooLarge = Promise.reject(new Error("too large"));
  tooLarge.catch(() => {});
  await expect(driveRun({ ...refused.run, collecting: tooLarge })).rejects.toThrow("too large");
  for (const { app, calls, stateOf } of [interrupted, refused]) {
    expect({ requests: app.requests, calls, state: await stateOf() }).toEqual({
      requests: [],
      calls: ["abandon"],
      state: undefined,
    });
  }
});

test("a second Ctrl-C shows how to continue the run before the process exits", async () => {
  const app = fakeApp(RUNNING);
  const { drive, interrupt, leave, warnings } = await setUp({ app });
  app.onStatus = () => {
    app.onStatus = () => leave.abort(new Error("Interrupted again."));
    interrupt.abort(new Error("Interrupted by SIGINT."));
  };
  await drive();
  expect(warnings[0]).toMatch(/^The run run-1 did not end\. `same-kit local resume run-1` continues it/);
});

test("a time limit terminates the run", async () => {
  const { drive, stateOf } = await setUp({ app: fakeApp(RUNNING), timeoutMs: 1 });
  expect(await drive()).toMatchObject({ status: "timed-out", failure: { code: "ERR_RUN_TIMEOUT" } });
  expect(await stateOf()).toBe("terminated");
});

test("a run that the storage lost is sent again from its saved request", async () => {
  const app = fakeApp(RUNNING, null, COMPLETED);
  const { drive, warnings } = await setUp({ app });
  expect(await drive()).toMatchObject({ status: "completed" });
  expect(app.requests).toEqual(["POST /api/initiate", "POST /api/initiate"]);
  expect(warnings).toEqual(["The storage lost the run; restarting it from its saved request."]);
});

test("a run that the storage lost twice is lost", async () => {
  const { drive, calls, stateOf } = await setUp({ app: fakeApp(null) });
  expect(await drive()).toMatchObject({ status: "lost", failure: { code: "ERR_RUN_LOST" } });
  expect({ calls, state: await stateOf() }).toEqual({ calls: ["abandon"], state: "lost" });
});

const storageLost = () => {
  const error = Object.assign(new Error("Azurite ended.\nIt printed: no."), { code: "ERR_AZURITE_LOST" });
  return { failed: Promise.resolve(error) };
};

test("a storage that died is replaced once, and its remaining data of the run is not trusted", async () => {
  const app = fakeApp(RUNNING);
  const { drive, warnings, calls } = await setUp({ app, hosts: [storageLost(), { hasLostWrites: true }] });
  app.onStatus = () => {
    if (calls.includes("abandon")) app.statuses = [COMPLETED];
  };
  expect(await drive()).toMatchObject({ status: "completed" });
  expect(warnings).toEqual(["Azurite ended. A new one is started for the run."]);
  expect(calls).toEqual(["abandon", "purge run-1", "stop"]);
  expect(app.requests).toEqual(["POST /api/initiate"]);
});

test("a storage that dies twice detaches the run, with a hint how to continue it", async () => {
  const app = fakeApp(RUNNING);
  const { drive, warnings, view, stateOf } = await setUp({ app, hosts: [storageLost(), storageLost()] });
  await expect(drive()).rejects.toThrow("Azurite ended.");
  expect(warnings.at(-1)).toContain("`same-kit local resume run-1` continues it");
  expect(view.log).toContain("fail one");
  expect(await stateOf()).toBe("running");
});

test("a host that failed for another reason is not replaced", async () => {
  const failed = Promise.resolve(new Error("The worker is gone."));
  const { drive, warnings } = await setUp({ app: fakeApp(RUNNING), hosts: [{ failed }] });
  await expect(drive()).rejects.toThrow("The worker is gone.");
  expect(warnings).toHaveLength(1);
});

test("a recorded run that the storage still has is resumed without being sent again", async () => {
  const app = fakeApp({ runtimeStatus: "Suspended" }, COMPLETED);
  const { run, stateOf } = await setUp({ app });
  const folder = await run.records.create(runRecord({ id: "run-1", state: "suspended" }), { steps: [] });
  run.subject = { kind: "recorded", folder };
  expect(await driveRun(run)).toMatchObject({ status: "completed" });
  expect(app.requests).toEqual(["POST /run-1/resume"]);
  expect(await stateOf()).toBe("completed");
});

test("a recorded run that was not suspended after its host was killed runs without being resumed", async () => {
  const app = fakeApp(RUNNING, COMPLETED);
  const { run, stateOf } = await setUp({ app });
  const folder = await run.records.create(runRecord({ id: "run-1", state: "running" }), { steps: [] });
  run.subject = { kind: "recorded", folder };
  expect(await driveRun(run)).toMatchObject({ status: "completed" });
  // The host rejects resuming a run that is not suspended.
  expect(app.requests).toEqual([]);
  expect(await stateOf()).toBe("completed");
});

test("a recorded run that the storage does not have is sent from its saved request", async () => {
  const app = fakeApp(null, COMPLETED);
  const { run, warnings } = await setUp({ app });
  const folder = await run.records.create(runRecord({ id: "run-1", state: "lost" }), { steps: [] });
  run.subject = { kind: "recorded", folder };
  expect(await driveRun(run)).toMatchObject({ status: "completed" });
  expect(app.requests).toEqual(["POST /api/initiate"]);
  expect(warnings).toEqual(["The storage no longer has the run; restarting it from its saved request."]);
});

test("the host's events are followed to the last line", async () => {
  const app = fakeApp(RUNNING);
  const line = (message: string) => ({
    kind: "line" as const,
    time: new Date(0),
    level: "info" as const,
    source: "user" as const,
    component: "Function.executor.User",
    message,
    fields: { functionName: "executor", instanceId: "run-1" },
  });
  async function* events(...messages: string[]) {
    for (const message of messages) yield { id: message, event: line(message) };
    app.statuses = [COMPLETED];
  }
  const opened: unknown[] = [];
  const open: BootedHost["events"]["open"] = async (filter) => {
    opened.push(filter);
    return filter.follow === false ? events("last") : events("first");
  };
  const { drive, view } = await setUp({ app, hosts: [{ events: { open } }] });
  await drive();
  await waitFor(() => view.log.includes("note last"));
  expect(view.log.filter((it) => it.startsWith("note"))).toEqual(["note first", "note last"]);
  expect(opened).toEqual([{ from: "start" }, { from: "first", follow: false }]);
});

const connectionError = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code }) });

test.each([
  { why: "ECONNREFUSED", fetch: () => Promise.reject(connectionError("ECONNREFUSED")), state: "failed", warns: false },
  // A real request: such a port is only recognizable by Node's own message.
  { why: "bad port", fetch: () => globalThis.fetch("http://127.0.0.1:6000"), state: "failed", warns: false },
  { why: "another protocol", fetch: fetchHttpAsHttps, state: "failed", warns: false },
  { why: "ECONNRESET", fetch: () => Promise.reject(connectionError("ECONNRESET")), state: "running", warns: true },
])("a run on another app that fails with $why is recorded as $state", async ({ fetch, state, warns }) => {
  const { run, stateOf, warnings } = await setUp({ app: fakeApp(RUNNING) });
  const client = new AppClient({ address: { url: "http://app.test", accessKey: null }, fetch });
  const remote = { url: "http://app.test", hubName: "", pid: process.pid, storage: "", stateDir: run.records.stateDir };
  const events = { open: async () => null };
  const observer = { readBlob: (name: string) => client.readBlob("run-1", name, run.deps.leaveNow) };
  const failing = driveRun({ ...run, remote: { ...remote, booted: null, client, observer, events, isRemote: true } });
  await expect(failing).rejects.toMatchObject({ code: "ERR_APP_UNREACHABLE" });
  expect(await stateOf()).toBe(state);
  expect(warnings.some((text) => text.includes("may still be running on http://app.test"))).toBe(warns);
});

async function fetchHttpAsHttps(): Promise<Response> {
  const server = createServer((_request, response) => response.end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    return await fetch(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}
