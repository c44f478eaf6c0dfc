import { UsageError } from "@same-kit/shared";
import type { AzuritePorts } from "../azurite/index.ts";
import type { EmulatorErrorCode } from "./errors.ts";

/** Where an app's storage comes from. */
export type StorageChoice =
  /** Azurite with its data in the state folder, on these ports if given. */
  | { kind: "disk"; ports?: AzuritePorts }
  /** Azurite that loses all data when it stops. */
  | { kind: "memory" }
  /**
   * This process's memory, without Azurite: nothing outlives the process, and the app's own code can access only its
   * blobs.
   */
  | { kind: "none" }
  /** Any Azurite or account. */
  | { kind: "connection-string"; connectionString: string }
  /** Azurite in a container; image with tag. Default: Microsoft's image. */
  | { kind: "docker"; image?: string };

const MAX_PORT = 65_535;

/**
 * Parses `disk`, `memory`, `none`, `ports:BLOB,QUEUE,TABLE`, `docker`, `docker:IMAGE[:TAG]` or a connection string.
 *
 * @throws UsageError `ERR_STORAGE_CHOICE`
 */
export function parseStorageChoice(text: string): StorageChoice {
  const trimmed = text.trim();
  if (trimmed === "disk") return { kind: "disk" };
  if (trimmed === "memory") return { kind: "memory" };
  if (trimmed === "none") return { kind: "none" };
  if (trimmed === "docker") return { kind: "docker" };
  if (trimmed.startsWith("docker:")) return parseImage(trimmed.slice("docker:".length));
  if (trimmed.startsWith("ports:")) return { kind: "disk", ports: parsePorts(trimmed.slice("ports:".length)) };
  if (isConnectionString(trimmed)) return { kind: "connection-string", connectionString: trimmed };
  throw invalid("It is neither a known word nor a connection string with an account and its key.");
}

/** Describes the choice in words that can be shown and stored: never contains a key. */
export function describeStorage(choice: StorageChoice): string {
  switch (choice.kind) {
    case "disk":
      return choice.ports === undefined ? "disk" : `ports:${Object.values(choice.ports).join(",")}`;
    case "memory":
    case "none":
      return choice.kind;
    case "docker":
      return choice.image === undefined ? "docker" : `docker:${choice.image}`;
    case "connection-string": {
      const account = /(?:^|;)AccountName=([^;]+)/i.exec(choice.connectionString)?.[1];
      return `the account ${account ?? "devstoreaccount1"} by its connection string`;
    }
  }
}

function parseImage(image: string): StorageChoice {
  if (image === "" || /\s/.test(image)) throw invalid(`"${image}" is not the name of an image.`);
  return { kind: "docker", image };
}

function parsePorts(text: string): AzuritePorts {
  const numbers = text.split(",").map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  const [blob, queue, table] = numbers;
  if (blob === undefined || queue === undefined || table === undefined || numbers.length > 3) {
    throw invalid(`"${text}" is not three ports.`);
  }
  const isPort = (port: number) => Number.isInteger(port) && port > 0 && port <= MAX_PORT;
  if (!numbers.every(isPort)) throw invalid(`"${text}" contains something that is not a port from 1 to ${MAX_PORT}.`);
  if (new Set(numbers).size < 3) throw invalid(`"${text}" names one port twice.`);
  return { blob, queue, table };
}

function isConnectionString(text: string): boolean {
  return /^UseDevelopmentStorage=true;?$/i.test(text) || (/AccountName=/i.test(text) && /AccountKey=/i.test(text));
}

/** The text may contain a key, so it is not repeated. */
function invalid(why: string): UsageError<EmulatorErrorCode> {
  return new UsageError({
    code: "ERR_STORAGE_CHOICE",
    message: `This storage cannot be used. ${why}`,
    hint: "Use disk, memory, none, ports:BLOB,QUEUE,TABLE, docker, docker:IMAGE:TAG, or a connection string.",
  });
}
