import { describe, expect, test } from "vitest";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { describeBlobs } from "../contract/blob-contract.ts";
import { describeQueues } from "../contract/queue-contract.ts";
import type { StorageSubject } from "../contract/subject.ts";
import { describeTables } from "../contract/table-contract.ts";

const LONGEST_WAIT_S = 60;

describe("in memory", () => {
  const clock = new FakeClock();
  const storage = createMemoryStorage({ clock });
  const subject: StorageSubject = {
    account: () => storage,
    async eventually(condition) {
      for (let waited = 0; waited < LONGEST_WAIT_S; waited += 1) {
        const value = await condition();
        if (value !== false) return value;
        clock.advance(1000);
      }
      throw new Error("It did not come.");
    },
  };
  describeQueues(subject);
  describeTables(subject);
  describeBlobs(subject);
});

test("an abandoned storage fails its pending calls and all later ones", async () => {
  const storage = createMemoryStorage({ clock: new FakeClock() });
  await storage.ping();
  const queue = storage.queue("work");
  const underWay = queue.createIfNotExists();
  storage.abandon();
  expect(storage.isAbandoned).toBe(true);
  await expect(underWay).rejects.toThrow("was abandoned");
  await expect(storage.ping()).rejects.toThrow("was abandoned");
});
