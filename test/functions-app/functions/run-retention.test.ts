import type { OrchestrationFilter } from "durable-functions";
import { expect, test } from "vitest";
import { RunRetention } from "../../../functions-app/src/functions/run-retention.ts";

const NOW = Date.parse("2026-06-30T00:00:00Z");
const HOUR_MS = 3_600_000;

/** Starts runs at these times; returns the filters of the removals, and the log. */
async function startAt(times: readonly number[], runDays: number | null, failure?: Error) {
  let now = 0;
  const retention = new RunRetention(() => now);
  const filters: OrchestrationFilter[] = [];
  const lines: string[] = [];
  const client = {
    async purgeInstanceHistoryBy(filter: OrchestrationFilter) {
      if (failure) throw failure;
      filters.push(filter);
      return { instancesDeleted: 2 };
    },
  };
  for (now of times) await retention.afterStart(client, { runDays }, (text) => lines.push(text));
  return { filters, lines };
}

test("runs are kept unless a setting limits their age", async () => {
  expect(await startAt([NOW], null)).toEqual({ filters: [], lines: [] });
});

test("ended runs over the age limit are removed, at most once an hour", async () => {
  const { filters, lines } = await startAt([NOW, NOW + HOUR_MS - 1, NOW + HOUR_MS], 30);
  expect(filters.map(({ createdTimeTo }) => createdTimeTo?.toISOString())).toEqual([
    "2026-05-31T00:00:00.000Z",
    "2026-05-31T01:00:00.000Z",
  ]);
  expect(filters[0]?.runtimeStatus).toEqual(["Completed", "Failed", "Terminated", "Canceled"]);
  expect(lines[0]).toBe("Removed 2 runs older than 30 days (SAME_RUN_DAYS).");
});

test("a failure is only logged", async () => {
  const { lines } = await startAt([NOW], 1, new Error("storage is down"));
  expect(lines).toEqual(["Runs older than 1 days could not be removed: storage is down"]);
});
