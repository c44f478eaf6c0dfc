import { beforeEach, expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { Gathering } from "../../../../local/src/engine/orchestrations/gathering.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

/** Sleeps until it is aborted, or for ever. */
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

/** A history of `scheduled` activities, of which `completed` have answered. */
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

test("the first episode, and those of an instance that waits for a few activities, begin at once", async () => {
  await gathering.wait(() => 1);
  await runEpisode(10, historyOf(100, 85));
  await gathering.wait(() => 1);
  expect(clock.slept).toEqual([]);
});

test("while many activities are under way, the next episode waits as long as the last one took, and not for long", async () => {
  await runEpisode(10, historyOf(20));
  void gathering.wait(() => 1);
  gathering.end();
  await runEpisode(4_000, historyOf(20, 4));
  void gathering.wait(() => 1);
  expect(clock.slept).toEqual([10, 25]);
});

test("it begins as soon as all of them have answered", async () => {
  await runEpisode(10, historyOf(16));
  const waiting = gathering.wait(() => 15);
  gathering.noteArrival(16);
  await waiting;
  await gathering.wait(() => 16);
  expect(clock.slept).toEqual([10]);
});

test("an episode that takes no time is not waited after", async () => {
  await runEpisode(0, historyOf(20));
  await gathering.wait(() => 1);
  expect(clock.slept).toEqual([]);
});

test("a session that gives its messages back waits for none", async () => {
  await runEpisode(10, historyOf(20));
  const waiting = gathering.wait(() => 1);
  gathering.end();
  await expect(waiting).resolves.toBeUndefined();
});
