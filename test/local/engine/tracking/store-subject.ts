import { createSystemClock } from "@same-kit/shared";
import { openTaskHub, type TaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { toRow } from "../../../helpers/read-memory-hub.ts";

/** The storage that a store is tested on. */
export type StoreSubject = {
  /** A hub that no other test uses. */
  openHub(): Promise<TaskHub>;
  /** The rows of a table as seen by another client, ordered by key, with the types of their columns. */
  rowsOf(table: string): Promise<Record<string, unknown>[]>;
};

export function onMemory(): StoreSubject {
  let storage = createMemoryStorage({ clock: createSystemClock() });
  return {
    async openHub() {
      storage = createMemoryStorage({ clock: createSystemClock() });
      return openTaskHub({ storage, hubName: "Hub", partitionCount: 1 });
    },
    rowsOf: (table) =>
      Array.fromAsync(storage.table(table).query(), (entity) => {
        const { partitionKey, rowKey, columns } = toRow(entity);
        return { partitionKey, rowKey, ...columns };
      }),
  };
}
