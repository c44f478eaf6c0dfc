// A storage account in this process: nothing outlives it. It behaves like Azurite, which the contract tests verify.

import type { Clock } from "@same-kit/shared";
import type { StorageAccount } from "../storage-account.ts";
import { MemoryContainer } from "./memory-container.ts";
import { MemoryQueue } from "./memory-queue.ts";
import { MemoryTable } from "./memory-table.ts";
import { Turns } from "./turn.ts";

type MemoryStorageOptions = {
  clock: Clock;
  /** The endpoint at which its blobs are served, if they are: URLs of blobs start with it. */
  blobEndpoint?: string;
};

export type MemoryStorage = Omit<StorageAccount, "queue" | "table" | "container"> & {
  /** Whether a call has started that has not had its turn. */
  readonly isBusy: boolean;
  queue(name: string): MemoryQueue;
  table(name: string): MemoryTable;
  container(name: string): MemoryContainer;
};

/** A name that never resolves (RFC 2606). */
const NOT_SERVED = "http://memory.invalid/devstoreaccount1";

export function createMemoryStorage({ clock, blobEndpoint = NOT_SERVED }: MemoryStorageOptions): MemoryStorage {
  const turns = new Turns();
  const queues = new Map<string, MemoryQueue>();
  const tables = new Map<string, MemoryTable>();
  const containers = new Map<string, MemoryContainer>();
  return {
    blobEndpoint,
    queue: (name) => knownOrNew(queues, name, () => new MemoryQueue(name, clock, turns)),
    table: (name) => knownOrNew(tables, name, () => new MemoryTable(name, turns)),
    container: (name) =>
      knownOrNew(containers, name, () => new MemoryContainer(name, `${blobEndpoint}/${name}`, clock, turns)),
    async listQueues(prefix) {
      await turns.next();
      return createdNames(queues, prefix);
    },
    async listTables(prefix) {
      await turns.next();
      return createdNames(tables, prefix);
    },
    ping: () => turns.next(),
    abandon: () => turns.abandon(),
    get isBusy() {
      return turns.isBusy;
    },
    get isAbandoned() {
      return turns.isAbandoned;
    },
  };
}

/** Caches one object per name. */
function knownOrNew<Resource>(known: Map<string, Resource>, name: string, create: () => Resource): Resource {
  const found = known.get(name) ?? create();
  known.set(name, found);
  return found;
}

function createdNames(known: ReadonlyMap<string, { isCreated: boolean }>, prefix: string): string[] {
  return [...known].flatMap(([name, { isCreated }]) => (isCreated && name.startsWith(prefix) ? [name] : []));
}
