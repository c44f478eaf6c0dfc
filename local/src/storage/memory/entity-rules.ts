import { StorageError } from "../storage-errors.ts";
import type { EntityKey, TableAction } from "../storage-table.ts";
import type { Columns } from "../table-values.ts";

const MAX_KEY_LENGTH = 512;
const MAX_TEXT_LENGTH = 32 * 1024;
const MAX_ACTIONS = 100;
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
/** Approximate overhead of one operation of a transaction on the wire, besides its columns. */
const PART_OVERHEAD_BYTES = 300;

/** @throws StorageError 400 for keys or columns that the service does not accept. */
export function requireStorable({ partitionKey, rowKey, columns }: EntityKey & { columns: Columns }): void {
  if (!isKey(partitionKey) || !isKey(rowKey)) throw new StorageError(400, "InvalidInput");
  for (const value of Object.values(columns)) {
    if (typeof value === "string" && value.length > MAX_TEXT_LENGTH) {
      throw new StorageError(400, "PropertyValueTooLarge");
    }
  }
}

/** @throws StorageError 400 or 413 */
export function requireTransaction(actions: readonly TableAction[]): void {
  const keys = actions.map(keyOf);
  const [first] = keys;
  if (first === undefined) throw new RangeError("A transaction needs an operation.");
  if (keys.some((it) => it.partitionKey !== first.partitionKey)) {
    throw new RangeError("All operations of a transaction must be in one partition.");
  }
  if (actions.reduce((sum, it) => sum + sizeOf(it), 0) > MAX_TRANSACTION_BYTES) {
    throw new StorageError(413, "RequestBodyTooLarge");
  }
  if (actions.length > MAX_ACTIONS) throw new StorageError(400, "InvalidInput");
  if (new Set(keys.map((it) => it.rowKey)).size < keys.length) throw new StorageError(400, "InvalidDuplicateRow");
}

export function keyOf(action: TableAction): EntityKey {
  return action.kind === "delete" ? action.key : action.entity;
}

function isKey(key: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a key must not contain these.
  return key.length <= MAX_KEY_LENGTH && !/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(key);
}

function sizeOf(action: TableAction): number {
  if (action.kind === "delete") return PART_OVERHEAD_BYTES;
  return PART_OVERHEAD_BYTES + Buffer.byteLength(JSON.stringify(action.entity.columns), "utf8");
}
