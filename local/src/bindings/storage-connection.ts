import { openStorage } from "../storage/azure/open-storage.ts";
import type { StorageAccount } from "../storage/storage-account.ts";

const DEVELOPMENT_STORAGE = /^UseDevelopmentStorage=true;?$/i;

/**
 * Finds the account that a binding's `connection` names, in the order of Azure's host. The development storage is the one that
 * this host runs on, whatever its ports.
 *
 * @throws Error that names the setting which is missing.
 */
export function connectionStringFor(connection: unknown, env: Readonly<Record<string, string>>): string {
  const name = typeof connection === "string" && connection !== "" ? connection : "Storage";
  const candidates = [
    `ConnectionStrings:AzureWebJobs${name}`,
    `AzureWebJobs${name}`,
    `ConnectionStrings:${name}`,
    name,
  ];
  const found = candidates.map((it) => env[it] ?? "").find((text) => text.trim() !== "");
  if (found === undefined) {
    throw new Error(
      `The binding's connection "${name}" is not an app setting with a connection string; connections by identity work only on Azure.`,
    );
  }
  return DEVELOPMENT_STORAGE.test(found.trim()) ? (env["AzureWebJobsStorage"] ?? found) : found;
}

/** An account that is open, and what it is known by. */
export type OpenAccount = { connectionString: string; account: StorageAccount };

/** Opens each account once. */
export class StorageAccounts {
  readonly #accounts: Map<string, StorageAccount>;

  /** @param own - The host's own, which may not be reachable by its connection string. */
  constructor(own: OpenAccount) {
    this.#accounts = new Map([[own.connectionString, own.account]]);
  }

  get(connectionString: string): StorageAccount {
    const account = this.#accounts.get(connectionString) ?? openStorage(connectionString);
    this.#accounts.set(connectionString, account);
    return account;
  }
}
