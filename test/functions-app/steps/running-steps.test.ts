import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunningSteps, SavedProgress, type StepProgress } from "../../../functions-app/src/steps/running-steps.ts";

const progress: StepProgress = { step: "a", details: { formatVersion: 1, cells: [] } };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a step is found while it runs, and is removed only by its own end", () => {
  const running = new RunningSteps();
  const endFirst = running.add("run", () => progress);
  const endSecond = running.add("run", () => ({ ...progress, step: "b" }));
  endFirst();
  expect(running.get("run")?.step).toBe("b");
  endSecond();
  expect(running.get("run")).toBeUndefined();
});

function open(save: () => Promise<void>) {
  const saves: string[] = [];
  const blobs = {
    saveProgress: async (_: string, content: Uint8Array) => {
      saves.push(Buffer.from(content).toString());
      await save();
    },
  };
  return { saves, saved: new SavedProgress({ blobs, instanceId: "run", progress: () => progress, everyMs: 1000 }) };
}

test("outputs are saved periodically while there are new ones, and never after the end", async () => {
  const { saves, saved } = open(async () => {});
  saved.touch();
  saved.touch();
  await vi.advanceTimersByTimeAsync(999);
  expect(saves).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(saves).toEqual([JSON.stringify(progress)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saves).toHaveLength(1);
  saved.touch();
  await saved.stop();
  saved.touch();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saves).toHaveLength(1);
});

test("an unavailable storage does not affect the step", async () => {
  const { saves, saved } = open(() => Promise.reject(new Error("down")));
  saved.touch();
  await vi.advanceTimersByTimeAsync(1000);
  saved.touch();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(saves).toHaveLength(2);
  await saved.stop();
});
