import { openStorage } from "../storage/azure/open-storage.ts";
import type { StorageAccount } from "../storage/storage-account.ts";

const DEVELOPMENT_STORAGE = /^UseDevelopmentStorage=true;?$/i;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

type StorageService = "blob" | "queue" | "table";

type Settings = Readonly<Record<string, string>>;

/**
 * Returns the connection string for a binding's `connection`, searching settings in the order of Azure's host.
 * Development storage always means the storage that this host runs on, whatever its ports; so does a service URI on
 * this machine (`NAME__blobServiceUri`).
 *
 * @throws Error that names the missing setting.
 */
export function connectionStringFor(connection: unknown, env: Settings, service: StorageService): string {
  const name = connectionName(connection);
  const candidates = [
    `ConnectionStrings:AzureWebJobs${name}`,
    `AzureWebJobs${name}`,
    `ConnectionStrings:${name}`,
    name,
  ];
  const found = candidates.map((it) => env[it] ?? "").find((text) => text.trim() !== "");
  if (found === undefined) return connectionByService(name, env, service);
  return DEVELOPMENT_STORAGE.test(found.trim()) ? (env["AzureWebJobsStorage"] ?? found) : found;
}

/** The setting that a binding names. Default: `Storage`, the host's own account. */
export function connectionName(connection: unknown): string {
  return typeof connection === "string" && connection !== "" ? connection : "Storage";
}

/** An identity-based connection. It has no key to sign with, so only the emulator on this machine can be used. */
function connectionByService(name: string, env: Settings, service: StorageService): string {
  const own = env["AzureWebJobsStorage"];
  const settings = [name, `AzureWebJobs${name}`].flatMap((prefix) =>
    [`${service}ServiceUri`, "serviceUri"].flatMap((suffix) => [`${prefix}__${suffix}`, `${prefix}:${suffix}`]),
  );
  const setting = settings.find((it) => (env[it] ?? "") !== "");
  if (setting !== undefined && own !== undefined && isOnThisMachine(env[setting] ?? "")) return own;
  const wanted = setting ?? [`${name}__accountName`, `AzureWebJobs${name}__accountName`].find((it) => it in env);
  if (wanted !== undefined) {
    throw new Error(
      `The binding's connection "${name}" uses an identity (${wanted}), which works only on Azure; set ${name} to a connection string, or to UseDevelopmentStorage=true.`,
    );
  }
  throw new Error(`The binding's connection "${name}" is not an app setting with a connection string.`);
}

function isOnThisMachine(uri: string): boolean {
  return URL.canParse(uri) && LOOPBACK.has(new URL(uri).hostname);
}

/** An open account and its connection string. */
export type OpenAccount = { connectionString: string; account: StorageAccount };

/** Storage accounts, each opened once. */
export class StorageAccounts {
  /** The host's own account. */
  readonly own: StorageAccount;
  readonly #accounts: Map<string, StorageAccount>;

  /** @param own - The host's own account; its connection string alone may not be enough to reach it. */
  constructor(own: OpenAccount) {
    this.own = own.account;
    this.#accounts = new Map([[own.connectionString, own.account]]);
  }

  /** @throws Error that names the missing setting. */
  find(connection: unknown, env: Settings, service: StorageService): StorageAccount {
    const connectionString = connectionStringFor(connection, env, service);
    const account = this.#accounts.get(connectionString) ?? openStorage(connectionString);
    this.#accounts.set(connectionString, account);
    return account;
  }
}
