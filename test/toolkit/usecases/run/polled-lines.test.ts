import { expect, test } from "vitest";
import type { AnsweredRun, RunStatus, StartedRun } from "../../../../toolkit/src/adapters/app/run-status.ts";
import { LivePrinted, PolledLines } from "../../../../toolkit/src/usecases/run/polled-lines.ts";

type Answer = Pick<AnsweredRun, "steps" | "failed" | "unfinished">;

const details = (...texts: string[]) => ({
  formatVersion: 1,
  cells: texts.map((text, index) => ({
    cell: index + 1,
    executionCount: index + 1,
    startedAt: null,
    status: "ok",
    outputs: [{ output_type: "stream", name: "stdout", text }],
  })),
});
const running = (step: string, ...texts: string[]): Answer =>
  ({ steps: [], failed: null, unfinished: { step, details: details(...texts) } }) as unknown as Answer;
const ended = (name: string, value: unknown): Answer =>
  ({ steps: [{ name, details: value }], failed: null, unfinished: null }) as unknown as Answer;

const takeAll = (...answers: Answer[]) => {
  const lines = new PolledLines();
  return answers.map((answer) => lines.take(answer));
};

test("each poll yields the new complete lines, and the end of a step yields the last one", () => {
  expect(
    takeAll(
      running("a", "1\n2"),
      running("a", "1\n2\n3\n"),
      running("a", "1\n2\n3\n"),
      ended("a", details("1\n2\n3\n4")),
    ),
  ).toEqual([["1"], ["2", "3"], [], ["4"]]);
});

test("cells are shown in order, and empty lines are kept", () => {
  expect(takeAll(running("a", "1\n"), running("a", "1\n", "\n2\n"))).toEqual([["1"], ["", "2"]]);
});

test("each step is tracked separately, and a step that ended between polls is shown completely", () => {
  expect(takeAll(ended("a", details("1\n")), running("b", "2\n"))).toEqual([["1"], ["2"]]);
});

test("output that a cell clears is not shown again, and later output is", () => {
  expect(takeAll(running("a", "long\n"), running("a", ""), running("a", "new\n"))).toEqual([["long"], [], ["new"]]);
});

test("outputs stored in a blob, and invalid details, are skipped", () => {
  const blob = { container: "c", name: "n", sizeBytes: 1, sha256: "" };
  expect(takeAll(ended("a", blob), ended("b", 5))).toEqual([[], []]);
});

test("kept steps are not shown again", () => {
  const kept = { ...ended("a", details("1\n")) };
  expect(takeAll({ ...kept, steps: kept.steps.map((step) => ({ ...step, keptFrom: "before" })) })).toEqual([[]]);
});

/** Follows an app through statuses at these times; returns when its details were requested. */
async function follow(statuses: readonly { at: number; completedCount: number; isFinal?: boolean }[], failure?: Error) {
  const asked: number[] = [];
  const shown: string[] = [];
  let now = 0;
  let completedCount = 0;
  let runtimeStatus = "Running";
  const client = {
    status: async () => ({ runtimeStatus, completedCount }) as unknown as RunStatus,
    async details() {
      asked.push(now);
      if (failure) throw failure;
      return running("a", `${now}\n`) as AnsweredRun;
    },
  };
  const live = new LivePrinted({ client, id: "run", show: (line) => shown.push(line), now: () => now });
  const { signal } = new AbortController();
  for (const status of statuses) {
    now = status.at;
    completedCount = status.completedCount;
    runtimeStatus = status.isFinal ? "Completed" : "Running";
    expect(await live.status({} as StartedRun, signal)).toEqual({ runtimeStatus, completedCount });
  }
  return { asked, shown };
}

test("details are requested once a second, and whenever a step or the run has ended", async () => {
  const { asked } = await follow([
    { at: 0, completedCount: 0 },
    { at: 500, completedCount: 0 },
    { at: 999, completedCount: 1 },
    { at: 1_500, completedCount: 1 },
    { at: 2_000, completedCount: 1 },
    { at: 2_100, completedCount: 2, isFinal: true },
  ]);
  expect(asked).toEqual([0, 999, 2_000, 2_100]);
});

test("an app without details is still followed", async () => {
  const { asked, shown } = await follow([{ at: 0, completedCount: 0 }], new Error("no answer"));
  expect([asked, shown]).toEqual([[0], []]);
});
