import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { HostEvent } from "@same-kit/local";
import { expect, test } from "vitest";
import { RunDisplay } from "../../../../toolkit/src/usecases/run/run-display.ts";
import { recordingView } from "../../../helpers/recording-view.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const time = new Date("2026-01-01T10:00:00.000Z");
const OURS = { functionName: "executor", instanceId: "run" };

const line = (message: string, fields = OURS, source: "user" | "system" = "user"): HostEvent => ({
  kind: "line",
  time,
  level: "info",
  source,
  component: "test",
  message,
  fields,
});

const progress = (index: number, instanceId = "run"): HostEvent => ({
  kind: "instance-progressed",
  time,
  instanceId,
  functionName: "orchestrator",
  customStatus: null,
  step: { name: "any", index, total: 2 },
});

async function open({ isVerbose = false } = {}) {
  const file = path.join(await makeTempDir(), "log.txt");
  const view = recordingView();
  const options = { id: "run", stepNames: ["one", "two"], isVerbose, view, logFile: createWriteStream(file) };
  const display = new RunDisplay(options);
  const readLog = async () => {
    await display.close();
    return readFile(file, "utf8");
  };
  return { display, view, readLog };
}

test("lines are shown below the step that printed them, whatever the polled status", async () => {
  const { display, view } = await open();
  display.begin();
  for (const event of [progress(0), line("a"), progress(1), line("b")]) display.handle(event);
  await display.end(null);
  expect(view.log).toEqual(["run one", "note a", "run two", "note b"]);
});

test("another run's progress and lines are not shown", async () => {
  const { display, view } = await open();
  display.begin();
  display.handle(progress(1, "other"));
  display.handle(line("of another", { ...OURS, instanceId: "other" }));
  await display.end("Failed");
  expect(view.log).toEqual(["run one", "fail one"]);
});

test("the host's own lines are shown on request, and are always in the log", async () => {
  const own = line("Worker process started.", { functionName: "", instanceId: "" }, "system");
  for (const [isVerbose, shown] of [[false, 0] as const, [true, 1] as const]) {
    const { display, view, readLog } = await open({ isVerbose });
    display.handle(own);
    expect(view.log.filter((it) => it.includes("Worker process started."))).toHaveLength(shown);
    expect(await readLog()).toMatch(/^10:00:00\.000 info {2}test: Worker process started\./);
  }
});

test("missed events are reported where they are missing", async () => {
  const { display, view, readLog } = await open();
  display.begin();
  display.handle({ kind: "events-missed", time, count: 7 });
  await display.end(null);
  expect(view.log).toContain("note (7 events are missing here.)");
  expect(await readLog()).toContain("count=7");
});

test("only the end of this run wakes up the status poll", async () => {
  const { display } = await open();
  let woken = 0;
  void display.wake.next().then(() => {
    woken += 1;
  });
  display.handle({ kind: "instance-ended", time, instanceId: "other", status: "Completed" });
  await Promise.resolve();
  expect(woken).toBe(0);
  display.handle({ kind: "instance-ended", time, instanceId: "run", status: "Completed" });
  await waitFor(() => woken === 1);
});
