import type { AllowedUsers, Clock, Logger } from "@same-kit/shared";
import { createMemoryStorage, type MemoryStorage } from "../memory-storage.ts";
import { type ServedBlobs, serveBlobs } from "./serve-blobs.ts";

/** An in-memory storage whose blobs are served to the app's own code. */
export async function openServedMemory(options: {
  clock: Clock;
  log: Logger;
  allowUsers?: AllowedUsers | undefined;
}): Promise<ServedBlobs & { account: MemoryStorage }> {
  // No request can arrive before the connection string is known.
  let account: MemoryStorage | undefined;
  const served = await serveBlobs((name) => (account as MemoryStorage).container(name), options);
  account = createMemoryStorage({ clock: options.clock, blobEndpoint: served.blobEndpoint });
  return { ...served, account };
}
