import type { AllowedUsers, Clock, Logger } from "@same-kit/shared";
import { startContainerAzurite } from "../azurite/container-azurite.ts";
import { startAzurite } from "../azurite/index.ts";
import { openStorage } from "../storage/azure/open-storage.ts";
import { openServedMemory } from "../storage/memory/served/open-served-memory.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { EmulatorError } from "./errors.ts";
import { describeStorage, type StorageChoice } from "./storage-choice.ts";

/** The storage of one host. */
export type LocalStorage = {
  /** The choice in words, without a key. */
  description: string;
  /** What the app's own code connects with. */
  connectionString: string;
  /** What the engine and the bindings work on. */
  account: StorageAccount;
  /** Whether a crash of Azurite cost writes that it had acknowledged: runs that have not ended may be beyond continuing. */
  hasLostWrites: boolean;
  /** Azurite's process, where this machine runs one for us. */
  pid: number | undefined;
  /** Resolves when it answers; requests may be sent before. */
  ready: Promise<void>;
  /** Resolves when it went away; stays pending otherwise. */
  lost: Promise<Error>;
  stop(): Promise<void>;
};

export type LocalStorageOptions = {
  azuriteDir: string;
  clock: Clock;
  log: Logger;
  allowUsers?: AllowedUsers | undefined;
};

export async function openLocalStorage(choice: StorageChoice, options: LocalStorageOptions): Promise<LocalStorage> {
  const description = describeStorage(choice);
  const { azuriteDir } = options;
  switch (choice.kind) {
    case "disk":
    case "memory": {
      const ports = choice.kind === "disk" && choice.ports !== undefined ? { ports: choice.ports } : {};
      return withAccount({ description, ...(await startAzurite({ azuriteDir, data: choice.kind, ...ports })) });
    }
    case "docker": {
      const image = choice.image === undefined ? {} : { image: choice.image };
      return withAccount({ description, ...(await startContainerAzurite({ azuriteDir, ...image })) });
    }
    case "none": {
      const memory = await openServedMemory(options);
      return { ...memory, description, ...NOTHING_TO_LOSE };
    }
    case "connection-string":
      return openGivenStorage(description, choice.connectionString);
  }
}

const NOTHING_TO_LOSE = {
  hasLostWrites: false,
  pid: undefined,
  ready: Promise.resolve(),
  lost: new Promise<never>(() => {}),
};

function withAccount(storage: Omit<LocalStorage, "account">): LocalStorage {
  const account = openStorage(storage.connectionString);
  void storage.lost.then(() => account.abandon());
  return { ...storage, account };
}

function openGivenStorage(description: string, text: string): LocalStorage {
  const storage = openStorage(text);
  const ready = storage.ping().catch((cause: unknown) => {
    throw new EmulatorError({
      code: "ERR_STORAGE_UNREACHABLE",
      message: `The storage (${description}, ${storage.blobEndpoint}) does not answer: ${(cause as Error).message}`,
      hint: "Start it, or look at the endpoints and the key in the connection string.",
      cause,
    });
  });
  // Whoever waits handles it.
  ready.catch(() => {});
  return {
    description,
    connectionString: storage.connectionString,
    account: storage,
    ...NOTHING_TO_LOSE,
    ready,
    stop: async () => {},
  };
}
