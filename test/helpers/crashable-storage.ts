import { type Clock, createSystemClock } from "@same-kit/shared";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import type { StorageQueue } from "../../local/src/storage/storage-queue.ts";
import type { StorageTable } from "../../local/src/storage/storage-table.ts";

const OPERATIONS = [
  ...(["send", "receive", "delete", "update"] satisfies (keyof StorageQueue)[]),
  ...(["transact", "upsert", "insert", "get", "query", "queryPage"] satisfies (keyof StorageTable)[]),
] as const;
const CALLS = new Set<string>(OPERATIONS);

/** One call that an engine makes to the storage. */
export type StorageCall = { resource: string; operation: (typeof OPERATIONS)[number]; args: readonly unknown[] };

export type Crash = {
  storage: StorageAccount;
  clock: Clock;
  isDead(): boolean;
  /** Dies now: nothing that the engine began goes on. */
  die(): void;
};

const NEVER = new Promise<never>(() => {});

/**
 * A storage and a clock that stop answering, as they do for a process that was killed: the engine on them stands still for
 * ever, in the middle of whatever it did.
 *
 * @param fateOf - What becomes of a call: the engine dies `before` it happens, or `after` it happened but before its caller hears
 * of it; or the call alone is `refused`.
 */
export function makeCrashable(
  account: StorageAccount,
  fateOf: (call: StorageCall) => "before" | "after" | "refused" | undefined = () => undefined,
): Crash {
  let isDead = false;
  const die = () => {
    isDead = true;
  };
  const wrap = <Client extends object>(client: Client, resource: string): Client =>
    new Proxy(client, {
      get(target, property) {
        const value = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        if (!CALLS.has(String(property))) return value.bind(target);
        return (...args: unknown[]) => {
          if (isDead) return deadAnswer(String(property));
          const fate = fateOf({ resource, operation: property as StorageCall["operation"], args });
          if (fate === "refused") return Promise.reject(new Error("The storage is out of order."));
          if (fate === "before") die();
          if (fate === "before") return NEVER;
          const answer = value.apply(target, args);
          if (fate === undefined) return String(property) === "query" ? answer : answer.then(ifAlive);
          return answer.then(() => {
            die();
            return NEVER;
          });
        };
      },
    });
  const ifAlive = <Value>(value: Value) => (isDead ? NEVER : value);
  return {
    storage: {
      ...account,
      queue: (name) => wrap(account.queue(name), name),
      table: (name) => wrap(account.table(name), name),
    },
    clock: dyingClock(() => isDead),
    isDead: () => isDead,
    die,
  };
}

function deadAnswer(operation: string): unknown {
  if (operation !== "query") return NEVER;
  const pages = { next: () => NEVER, [Symbol.asyncIterator]: () => pages, byPage: () => pages };
  return pages;
}

function dyingClock(isDead: () => boolean): Clock {
  const clock = createSystemClock();
  return {
    ...clock,
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      if (isDead()) await NEVER;
    },
  };
}
