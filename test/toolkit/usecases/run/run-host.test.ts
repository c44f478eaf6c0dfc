import type { InstanceStatus } from "@same-kit/local";
import type { Hint } from "@same-kit/shared";
import { expect, test } from "vitest";
import { RunRecords } from "../../../../toolkit/src/adapters/records/run-records.ts";
import type { BootOptions } from "../../../../toolkit/src/ports.ts";
import { closeHost, type HostWish, openHost, type RunHost } from "../../../../toolkit/src/usecases/run/run-host.ts";
import { bootedHost, FakeEmulator, runningHost } from "../../../helpers/fake-emulator.ts";
import { recordingView } from "../../../helpers/recording-view.ts";
import { runRecord } from "../../../helpers/run-record.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

type Wish = Partial<HostWish["choice"]> & { continued?: HostWish["continued"] };

async function open(wish: Wish, emulator: FakeEmulator, { stateDir = "", cwd = "/elsewhere" } = {}) {
  const { continued = null, ...choice } = wish;
  const warnings: Hint[] = [];
  const view = recordingView();
  const { signal } = new AbortController();
  const records = new RunRecords(stateDir === "" ? await makeTempDir() : stateDir);
  const host = await openHost(
    { records, choice: { port: null, storage: null, python: null, keep: false, ...choice }, continued },
    { cwd, env: {}, emulator, fetch, view, warn: (text) => warnings.push(text), signal },
  );
  return { host, warnings, view, calls: emulator.calls };
}

/** With one running host for this state folder. */
async function openBeside(wish: Wish, host = runningHost()) {
  const stateDir = await makeTempDir();
  const emulator = new FakeEmulator();
  emulator.hosts.set(stateDir, [host]);
  return { stateDir, ...(await open(wish, emulator, { stateDir })) };
}

test("a running host of our app is used", async () => {
  const { host, calls, stateDir } = await openBeside({});
  expect({ booted: host.booted, url: host.url, stateDir: host.stateDir, calls }).toEqual({
    booted: null,
    url: "http://localhost:7071",
    stateDir,
    calls: [],
  });
});

test("a host of the current folder is also used, with the state of that folder", async () => {
  const emulator = new FakeEmulator();
  emulator.hosts.set("/here/.same-kit", [runningHost()]);
  const { host } = await open({}, emulator, { cwd: "/here" });
  expect({ booted: host.booted, stateDir: host.stateDir }).toEqual({ booted: null, stateDir: "/here/.same-kit" });
});

test.each([
  ["of another app", {}, { appDir: "/other" }],
  ["on another port", { port: 8000 }, {}],
  ["that cannot change its storage", { storage: "memory" }, {}],
  ["that cannot change its Python", { python: "python3.12" }, {}],
  ["with a different hub than the run", { continued: { id: "one", hubName: "hubx2" } }, {}],
])("a host %s is not used", async (_title, wish, running) => {
  const { host, calls } = await openBeside(wish, runningHost(running));
  expect(host.booted).not.toBeNull();
  expect(calls).toEqual(["boot"]);
});

test("a host started by another `local run` is not used, as it ends with that run", async () => {
  const stateDir = await makeTempDir();
  await new RunRecords(stateDir).create(runRecord({ hostPid: 7, ownsHost: true }), { steps: [] });
  const emulator = new FakeEmulator();
  emulator.hosts.set(stateDir, [runningHost()]);
  expect((await open({}, emulator, { stateDir })).calls).toEqual(["boot"]);
});

test("a host to be kept is started in the background with the same options", async () => {
  const { host, calls, stateDir } = await openBeside({ keep: true, port: 8000, python: "python3.12" });
  expect({ booted: host.booted, stateDir: host.stateDir }).toEqual({ booted: null, stateDir });
  expect(calls).toEqual([`local up --state-dir ${stateDir} --port 8000 --python python3.12`]);
});

test("earlier runs are suspended before the host starts work, and reported after it is shown", async () => {
  const stateDir = await makeTempDir();
  await new RunRecords(stateDir).create(runRecord({ id: "old" }), { steps: [] });
  const emulator = new FakeEmulator();
  const suspended: string[] = [];
  emulator.boot = async ({ beforeWork }: BootOptions) => {
    const booted = bootedHost({
      getStatus: async () => ({ runtimeStatus: "Running" }) as InstanceStatus,
      suspend: async (id) => void suspended.push(id),
    });
    await beforeWork?.(booted);
    return booted;
  };
  const { warnings } = await open({}, emulator, { stateDir });
  expect(suspended).toEqual(["old"]);
  expect(warnings).toHaveLength(1);
});

test.each([
  [true, "stop"],
  [false, "abandon"],
])("for a host whose run has ended (%s), the host is closed with %s", async (hasEnded, expected) => {
  const calls: string[] = [];
  const booted = {
    ...bootedHost({}),
    stop: async () => void calls.push("stop"),
    abandon: async () => void calls.push("abandon"),
  };
  await closeHost({ booted } as RunHost, hasEnded);
  expect(calls).toEqual([expected]);
});

test("a host that was already running keeps running", async () => {
  await expect(closeHost({ booted: null } as RunHost, true)).resolves.toBeUndefined();
});
