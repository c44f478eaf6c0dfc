import { createLogger, silentLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import { cleanEntities, keepEntitiesClean } from "../../../../local/src/engine/entities/clean-entities.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { FakeTaskHubClient, instanceStatus } from "../../../helpers/fake-task-hub-client.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

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

/** A client with so many empty entities, `perPage` to a page. */
function makePages(count: number, perPage: number) {
  const asked: unknown[] = [];
  const purged: string[] = [];
  const all = Array.from({ length: count }, (_, index) => entity(String(index), "{}"));
  const client = {
    async list(filter: unknown, page: { top: number; continuationToken?: string }) {
      asked.push([filter, page]);
      const at = Number(page.continuationToken ?? 0);
      const next = at + perPage < all.length ? String(at + perPage) : null;
      return { instances: all.slice(at, at + perPage), continuationToken: next };
    },
    async purge(instanceId: string) {
      purged.push(instanceId);
      return true;
    },
    getStatus: async () => null,
    releaseLock: async () => {},
  };
  return { client, asked, purged };
}

test("entities on all pages are cleaned, and no other instances are listed", async () => {
  const { client, asked, purged } = makePages(5, 2);
  const clock = new FakeClock("2026-06-24T14:00:00.000Z");
  expect(await cleanEntities({ client, clock, log: silentLogger, keptMs: HOUR_MS })).toEqual({
    removed: 5,
    released: 0,
  });
  expect(purged).toHaveLength(5);
  const filter = { instanceIdPrefix: "@" };
  expect(asked).toEqual([
    [filter, { top: 100 }],
    [filter, { top: 100, continuationToken: "2" }],
    [filter, { top: 100, continuationToken: "4" }],
  ]);
});

test("cleaning ends with its host", async () => {
  const { client, purged } = makePages(5, 2);
  const stopped = new AbortController();
  const purge = client.purge;
  client.purge = async (instanceId) => {
    if (purged.length === 2) stopped.abort();
    return purge(instanceId);
  };
  const clock = new FakeClock("2026-06-24T14:00:00.000Z");
  await cleanEntities({ client, clock, log: silentLogger, keptMs: HOUR_MS }, stopped.signal);
  expect(purged).toHaveLength(3);
});

test("a host cleans a minute after its start and every ten minutes, also after a failure, until it stops", async () => {
  const clock = new VirtualClock();
  const startedAtMs = clock.now().getTime();
  const { client } = makePages(0, 1);
  const times: number[] = [];
  const list = client.list;
  client.list = async (...args) => {
    times.push((clock.now().getTime() - startedAtMs) / 60_000);
    if (times.length === 1) throw new Error("no route");
    return list(...args);
  };
  const stopped = new AbortController();
  const cleaning = keepEntitiesClean({ client, clock, log: silentLogger, keptMs: HOUR_MS }, stopped.signal);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  for (let minute = 1; minute <= 25; minute += 1) {
    await settle();
    // It is upkeep: nothing waits for it.
    expect(clock.nextDueMs()).toBeNull();
    clock.moveTo(startedAtMs + minute * 60_000);
  }
  await settle();
  stopped.abort();
  await cleaning;
  expect(times).toEqual([1, 11, 21]);
});

test("a host that stops before the first cleaning does not clean", async () => {
  const { client, asked } = makePages(1, 1);
  const stopped = new AbortController();
  const clock = new VirtualClock();
  const cleaning = keepEntitiesClean({ client, clock, log: silentLogger, keptMs: HOUR_MS }, stopped.signal);
  stopped.abort();
  await cleaning;
  expect(asked).toEqual([]);
});
