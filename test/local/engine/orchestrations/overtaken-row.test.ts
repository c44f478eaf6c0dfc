// A host has an instance in memory that another host has completed in the meantime.

import { expect, test } from "vitest";
import { EventType } from "../../../../local/src/engine/history/events.ts";
import { isLate, repairRow } from "../../../../local/src/engine/orchestrations/row-repair.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

const running = [historyEvents.orchestratorStarted(), historyEvents.executionStarted()];
const completed = [
  ...running,
  { ...historyEvents.orchestratorStarted(), EventType: EventType.ExecutionCompleted, OrchestrationStatus: 1 },
];

/** @param passMs - How much time each write takes. */
function makeStores(histories: readonly (readonly object[])[], passMs: number) {
  const clock = new FakeClock();
  const statuses: string[] = [];
  let loads = 0;
  const deps = {
    clock,
    histories: {
      load: async () => ({
        events: histories[Math.min(loads++, histories.length - 1)],
        executionId: "e1",
        etag: `${loads}`,
      }),
    },
    instances: {
      findRow: async () => ({ executionId: "e1", status: statuses.at(-1) ?? "Suspended" }),
      async writeEpisode({ newEvents }: { newEvents: { EventType: number }[] }) {
        statuses.push(newEvents.some((it) => it.EventType === EventType.ExecutionCompleted) ? "Completed" : "Running");
        clock.advance(passMs);
        return true;
      },
    },
  };
  return { deps: deps as unknown as Parameters<typeof repairRow>[1], statuses };
}

test("a row is written from the stored history", async () => {
  const { deps, statuses } = makeStores([completed], 0);
  await repairRow("abc", deps);
  expect(statuses).toEqual(["Completed"]);
});

test("a write so slow that another host may have advanced the instance is checked, and corrected", async () => {
  const { deps, statuses } = makeStores([running, completed], 60_000);
  await repairRow("abc", deps);
  expect(statuses).toEqual(["Running", "Completed"]);
});

test("more than two seconds are late, as a lease lasts thirty", () => {
  const clock = new FakeClock("1970-01-01T00:00:10Z");
  expect([9_000, 8_000, 7_999].map((beganMs) => isLate(beganMs, clock))).toEqual([false, false, true]);
});

test("a failed check after such a write is repeated", async () => {
  const { deps, statuses } = makeStores([running, completed], 60_000);
  const { load } = deps.histories;
  let loads = 0;
  deps.histories.load = (...args) => {
    loads += 1;
    return loads === 2 ? Promise.reject(new Error("The storage is out of order.")) : load(...args);
  };
  await repairRow("abc", deps);
  expect(statuses).toEqual(["Running", "Completed"]);
});
