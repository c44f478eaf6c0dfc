import { startContainerAzurite } from "../azurite/container-azurite.ts";
import { startAzurite } from "../azurite/index.ts";
import { openStorage } from "../storage/azure/open-storage.ts";
import { EmulatorError } from "./errors.ts";
import { describeStorage, type StorageChoice } from "./storage-choice.ts";

/** The storage of one host. */
export type LocalStorage = {
  /** The choice in words, without a key. */
  description: string;
  connectionString: string;
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

export async function openLocalStorage(choice: StorageChoice, azuriteDir: string): Promise<LocalStorage> {
  const description = describeStorage(choice);
  switch (choice.kind) {
    case "disk":
    case "memory": {
      const ports = choice.kind === "disk" && choice.ports !== undefined ? { ports: choice.ports } : {};
      return { description, ...(await startAzurite({ azuriteDir, data: choice.kind, ...ports })) };
    }
    case "docker": {
      const image = choice.image === undefined ? {} : { image: choice.image };
      return { description, ...(await startContainerAzurite({ azuriteDir, ...image })) };
    }
    case "connection-string":
      return openGivenStorage(description, choice.connectionString);
  }
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
    hasLostWrites: false,
    pid: undefined,
    ready,
    lost: new Promise(() => {}),
    stop: async () => {},
  };
}
