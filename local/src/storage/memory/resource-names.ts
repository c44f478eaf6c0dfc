import { StorageError } from "../storage-errors.ts";

/** 3 to 63 characters: lower-case letters and digits, with single dashes between them. */
const QUEUE_OR_CONTAINER = /^[a-z0-9](?:-?[a-z0-9]){2,62}$/;
const TABLE = /^[A-Za-z][A-Za-z0-9]{2,62}$/;

/** @throws StorageError 400 */
export function requireQueueName(name: string): void {
  if (!QUEUE_OR_CONTAINER.test(name) || name.length > 63) throw new StorageError(400, "InvalidResourceName");
}

/** @throws StorageError 400 */
export function requireContainerName(name: string): void {
  requireQueueName(name);
}

/** @throws StorageError 400 */
export function requireTableName(name: string): void {
  if (!TABLE.test(name)) throw new StorageError(400, "InvalidResourceName");
}
