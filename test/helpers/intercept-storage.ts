import type { BlobContainer } from "../../local/src/storage/blob-container.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import type { StorageQueue } from "../../local/src/storage/storage-queue.ts";
import type { StorageTable } from "../../local/src/storage/storage-table.ts";

const QUEUE_CALLS = ["createIfNotExists", "send", "receive", "delete", "update"] satisfies (keyof StorageQueue)[];
const TABLE_CALLS = [
  "createIfNotExists",
  "transact",
  "upsert",
  "insert",
  "update",
  "get",
  "query",
  "queryPage",
] satisfies (keyof StorageTable)[];
const BLOB_CALLS = [
  ...(["upload", "download", "properties", "deleteIfExists", "list"] satisfies (keyof BlobContainer)[]),
  ...(["createIfNotExists", "acquireLease", "renewLease", "changeLease"] satisfies (keyof BlobContainer)[]),
] as const;
const ACCOUNT_CALLS = ["listQueues", "listTables"] satisfies (keyof StorageAccount)[];
const CALLS = new Set<string>([...QUEUE_CALLS, ...TABLE_CALLS, ...BLOB_CALLS]);
/** These return one item after another. */
const LISTS = new Set<string>(["query", "list"] satisfies (keyof StorageTable | keyof BlobContainer)[]);

export type StorageOperation =
  | (typeof QUEUE_CALLS)[number]
  | (typeof TABLE_CALLS)[number]
  | (typeof BLOB_CALLS)[number]
  | (typeof ACCOUNT_CALLS)[number];

/** One call to the storage; the resource of a call to the account itself is empty. */
export type StorageCall = { resource: string; operation: StorageOperation; args: readonly unknown[] };

export type Intercept = (call: StorageCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The same account, with every call under `intercept`. */
export function interceptStorage(account: StorageAccount, intercept: Intercept): StorageAccount {
  const wrap = <Client extends object>(client: Client, resource: string): Client =>
    new Proxy(client, {
      get(target, property) {
        const value = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        if (!CALLS.has(String(property))) return value.bind(target);
        return (...args: unknown[]) => {
          const call: StorageCall = { resource, operation: property as StorageOperation, args };
          if (!LISTS.has(String(property))) return intercept(call, () => value.apply(target, args));
          return listed(() => intercept(call, () => Array.fromAsync(value.apply(target, args))));
        };
      },
    });
  const listNames = (operation: (typeof ACCOUNT_CALLS)[number]) => async (prefix: string) =>
    (await intercept({ resource: "", operation, args: [prefix] }, () => account[operation](prefix))) as string[];
  return {
    ...account,
    listQueues: listNames("listQueues"),
    listTables: listNames("listTables"),
    queue: (name) => wrap(account.queue(name), name),
    table: (name) => wrap(account.table(name), name),
    container: (name) => wrap(account.container(name), name),
  };
}

async function* listed(ask: () => Promise<unknown>): AsyncIterable<unknown> {
  yield* (await ask()) as unknown[];
}
