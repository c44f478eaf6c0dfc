import { beforeEach, expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { Gathering } from "../../../../local/src/engine/orchestrations/gathering.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

/** Sleeps until it is aborted, or forever. */
class StillClock extends FakeClock {
  readonly slept: number[] = [];

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
  }
}

let clock: StillClock;
let gathering: Gathering;

beforeEach(() => {
  clock = new StillClock();
  gathering = new Gathering(clock);
});

/** A history of `scheduled` activities, of which `completed` have replied. */
function historyOf(scheduled: number, completed = 0): HistoryEvent[] {
  const { taskScheduled, taskCompleted } = historyEvents;
  return [
    ...Array.from({ length: scheduled }, (_, id) => taskScheduled(id)),
    ...Array.from({ length: completed }, (_, id) => taskCompleted(id, null)),
  ];
}

async function runEpisode(ms: number, history: readonly HistoryEvent[]): Promise<void> {
  await gathering.wait(() => Number.POSITIVE_INFINITY);
  clock.advance(ms);
  gathering.noteEpisode(history);
}

test("the first episode starts immediately, and so do those of an instance that waits for few activities", async () => {
  await gathering.wait(() => 1);
  await runEpisode(10, historyOf(100, 85));
  await gathering.wait(() => 1);
  expect(clock.slept).toEqual([]);
});

test("while many activities are running, the next episode is delayed as long as the last one took, up to a limit", async () => {
  await runEpisode(10, historyOf(20));
  void gathering.wait(() => 1);
  gathering.end();
  await runEpisode(4_000, historyOf(20, 4));
  void gathering.wait(() => 1);
  expect(clock.slept).toEqual([10, 25]);
});

test("the delay ends as soon as all activities have replied", async () => {
  await runEpisode(10, historyOf(16));
  const waiting = gathering.wait(() => 15);
  gathering.noteArrival(16);
  await waiting;
  await gathering.wait(() => 16);
  expect(clock.slept).toEqual([10]);
});

test("there is no delay after an episode that took no time", async () => {
  await runEpisode(0, historyOf(20));
  await gathering.wait(() => 1);
  expect(clock.slept).toEqual([]);
});

test("a session that releases its messages stops waiting", async () => {
  await runEpisode(10, historyOf(20));
  const waiting = gathering.wait(() => 1);
  gathering.end();
  await expect(waiting).resolves.toBeUndefined();
});
