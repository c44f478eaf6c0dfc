import { createLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import { cleanEntities } from "../../../../local/src/engine/entities/clean-entities.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { FakeTaskHubClient, instanceStatus } from "../../../helpers/fake-task-hub-client.ts";

const HOUR_MS = 3_600_000;

const entity = (key: string, customStatus: string, lastUpdatedTime = "2026-06-24T10:00:00.0000000Z") =>
  instanceStatus({ instanceId: `@counter@${key}`, runtimeStatus: "Running", customStatus, lastUpdatedTime });

async function clean(...instances: ReturnType<typeof instanceStatus>[]) {
  const client = new FakeTaskHubClient(...instances);
  const warnings: string[] = [];
  const log = createLogger(({ level, message }) => level === "warn" && warnings.push(message), "test");
  const clock = new FakeClock("2026-06-24T14:00:00.000Z");
  const cleaned = await cleanEntities({ client, clock, log, keptMs: HOUR_MS });
  const changes = client.calls.filter(([name]) => name === "releaseLock" || name === "purge");
  return { cleaned, changes, warnings };
}

test("an empty entity is removed once no message for it can be in flight", async () => {
  const { cleaned, changes } = await clean(
    entity("old", "{}"),
    entity("new", "{}", "2026-06-24T13:30:00.0000000Z"),
    entity("used", '{"entityExists":true}'),
    entity("waited-for", '{"queueSize":1}'),
  );
  expect(changes).toEqual([["purge", "@counter@old"]]);
  expect(cleaned).toEqual({ removed: 1, released: 0 });
});

test("a lock is released, with a warning, if its holder is gone or ended long enough ago", async () => {
  const { changes, warnings } = await clean(
    entity("a", '{"lockedBy":"ended"}'),
    entity("b", '{"entityExists":true,"lockedBy":"gone"}'),
    entity("c", '{"lockedBy":"running"}'),
    entity("d", '{"lockedBy":"just-ended"}'),
    instanceStatus({ instanceId: "ended", runtimeStatus: "Failed", lastUpdatedTime: "2026-06-24T12:59:59.0000000Z" }),
    instanceStatus({
      instanceId: "just-ended",
      runtimeStatus: "Completed",
      lastUpdatedTime: "2026-06-24T13:00:00.0000000Z",
    }),
    instanceStatus({ instanceId: "running", runtimeStatus: "Suspended" }),
  );
  expect(changes).toEqual([
    ["releaseLock", "@counter@a", "ended"],
    ["releaseLock", "@counter@b", "gone"],
  ]);
  expect(warnings).toHaveLength(2);
});
