import type { AllowedUsers, Clock, Logger } from "@same-kit/shared";
import { startContainerAzurite } from "../azurite/container-azurite.ts";
import {
  createEntranceAgent,
  type RunningAzurite,
  type SpareAzurite,
  startAzurite,
  warnOfPublicKey,
} from "../azurite/index.ts";
import type { DevelopmentStorage } from "../host/index.ts";
import { PUBLIC_DEVELOPMENT_KEY } from "../shared/development-account.ts";
import { type AzureStorageAccount, openStorage, openStorageLater } from "../storage/azure/open-storage.ts";
import { openServedMemory } from "../storage/memory/served/open-served-memory.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { EmulatorError } from "./errors.ts";
import { describeStorage, type StorageChoice } from "./storage-choice.ts";

/** The storage of one host. */
export type LocalStorage = {
  /** Describes the choice, without a key. */
  description: string;
  /** The connection string for the app's own code. */
  connectionString: string;
  /** The account that the engine and the bindings use. */
  account: StorageAccount;
  /** For an emulator: how an app that names the machine's emulator reaches it. */
  development?: DevelopmentStorage;
  /** Whether a crash of Azurite lost acknowledged writes: unfinished runs may be unable to continue. */
  hasLostWrites: boolean;
  /**
   * Whether its content lives as long as the state folder's data, or as this host; unknown if it may be used from
   * elsewhere.
   */
  lifetime: "state-folder" | "host" | "unknown";
  /** Process id of Azurite, if this machine runs one for us. */
  pid: number | undefined;
  /** Resolves when it answers; requests may be sent earlier. */
  ready: Promise<void>;
  /** Resolves when it is lost; otherwise stays pending. */
  lost: Promise<Error>;
  stop(): Promise<void>;
};

type LocalStorageOptions = {
  azuriteDir: string;
  clock: Clock;
  /** Receives what is waited for, and what a foreign emulator exposes. */
  log: Logger;
  allowUsers?: AllowedUsers | undefined;
  /** Is used if an Azurite has to be started. */
  spareAzurite?: SpareAzurite | undefined;
};

/**
 * Opens the chosen storage, starting Azurite or its container if needed.
 *
 * @throws AzuriteError if Azurite cannot be started. A storage that does not answer rejects {@link LocalStorage.ready}
 *   instead.
 */
export async function openLocalStorage(choice: StorageChoice, options: LocalStorageOptions): Promise<LocalStorage> {
  const description = describeStorage(choice);
  const { azuriteDir, log, allowUsers, spareAzurite: spare } = options;
  switch (choice.kind) {
    case "disk":
    case "memory": {
      const ports = choice.kind === "disk" && choice.ports !== undefined ? { ports: choice.ports } : {};
      const azurite = await startAzurite({ azuriteDir, data: choice.kind, log, allowUsers, spare, ...ports });
      const lifetime = choice.kind === "disk" && !azurite.isForeign ? "state-folder" : "unknown";
      return { ...toLocalStorage(description, azurite), lifetime };
    }
    case "docker": {
      const image = choice.image === undefined ? {} : { image: choice.image };
      return toLocalStorage(description, await startContainerAzurite({ azuriteDir, ...image }));
    }
    case "none": {
      const memory = await openServedMemory(options);
      return { ...memory, description, ...NO_LOSSES, lifetime: "host" };
    }
    case "connection-string":
      return openGivenStorage(description, choice.connectionString, log);
  }
}

const NO_LOSSES = {
  hasLostWrites: false,
  lifetime: "unknown" as const,
  pid: undefined,
  ready: Promise.resolve(),
  lost: new Promise<never>(() => {}),
};

function toLocalStorage(description: string, azurite: RunningAzurite): LocalStorage {
  // Lets the app's process start in the meantime.
  const { ports, entrance } = azurite;
  const account = openStorageLater(azurite.connectionString, entrance && createEntranceAgent(ports, entrance));
  void azurite.lost.then(() => account.abandon());
  // Only a request shows whether a foreign one accepts the published key.
  const ready = azurite.isForeign ? { ready: pingOf(description, account) } : {};
  return { description, development: azurite, ...azurite, lifetime: "unknown", account, ...ready };
}

function openGivenStorage(description: string, text: string, log: Logger): LocalStorage {
  const account = openStorage(text);
  const { connectionString } = account;
  if (connectionString.includes(PUBLIC_DEVELOPMENT_KEY)) warnOfPublicKey(log, description);
  return {
    description,
    connectionString,
    account,
    ...NO_LOSSES,
    ready: pingOf(description, account),
    stop: async () => {},
  };
}

function pingOf(description: string, account: AzureStorageAccount): Promise<void> {
  const ready = account.ping().catch((cause: unknown) => {
    throw new EmulatorError({
      code: "ERR_STORAGE_UNREACHABLE",
      message: `The storage (${description}, ${account.blobEndpoint}) does not answer: ${(cause as Error).message}`,
      hint: "Start it, or check the endpoints and the key in the connection string.",
      cause,
    });
  });
  // The caller that awaits `ready` handles the rejection.
  ready.catch(() => {});
  return ready;
}
