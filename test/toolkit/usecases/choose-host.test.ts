import { expect, test } from "vitest";
import { RunRecords } from "../../../toolkit/src/adapters/records/run-records.ts";
import type { PhaseView } from "../../../toolkit/src/ports.ts";
import { type ChooseHostOptions, chooseHost } from "../../../toolkit/src/usecases/choose-host.ts";
import { LogRelay } from "../../../toolkit/src/usecases/log-relay.ts";
import { FakeEmulator, runningHost } from "../../helpers/fake-emulator.ts";
import { runRecord } from "../../helpers/run-record.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const view = { phase: (_title, work) => work({ say: () => {}, note: () => {} }), skipped: () => {} } as Pick<
  PhaseView,
  "phase" | "skipped"
> as PhaseView;

async function choose(options: Partial<ChooseHostOptions>, host = runningHost(), stateDir?: string) {
  const emulator = new FakeEmulator();
  const dir = stateDir ?? (await makeTempDir());
  emulator.hosts.set(dir, [host]);
  const all = {
    port: null,
    storage: null,
    python: null,
    keep: false,
    hubName: null,
    log: new LogRelay(),
    stateDir: dir,
    beforeWork: async () => {},
    ...options,
  };
  return {
    chosen: await chooseHost(all, { cwd: "/elsewhere", env: {}, emulator, view, signal: new AbortController().signal }),
    calls: emulator.calls,
  };
}

test("a host of our app that runs already is used", async () => {
  const { chosen, calls } = await choose({});
  expect({ booted: chosen.booted, url: chosen.url, calls }).toEqual({
    booted: null,
    url: "http://localhost:7071",
    calls: [],
  });
});

test.each([
  ["of another app", {}, { appDir: "/other" }],
  ["on another port", { port: 8000 }, {}],
  ["that cannot change its storage", { storage: "memory" }, {}],
  ["that cannot change its Python", { python: "python3.12" }, {}],
  ["on another hub than the run's", { hubName: "hubx2" }, {}],
])("a host %s is not used", async (_title, options, host) => {
  const { chosen, calls } = await choose(options, runningHost(host));
  expect(chosen.booted).not.toBeNull();
  expect(calls).toEqual(["boot"]);
});

test("a host that another `local run` booted is not used, as it ends with that run", async () => {
  const stateDir = await makeTempDir();
  await new RunRecords(stateDir).create(runRecord({ hostPid: 7, ownsHost: true }), { steps: [] });
  expect((await choose({}, runningHost(), stateDir)).calls).toEqual(["boot"]);
});

test("a host to keep is started in the background with the same choices", async () => {
  const stateDir = await makeTempDir();
  const { chosen, calls } = await choose({ keep: true, port: 8000, python: "python3.12" }, runningHost(), stateDir);
  expect(chosen.booted).toBeNull();
  expect(calls).toEqual([`local up --state-dir ${stateDir} --port 8000 --python python3.12`]);
});
