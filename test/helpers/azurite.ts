import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { openTaskHub, type TaskHub } from "../../local/src/engine/taskhub/task-hub.ts";
import { newGuidN } from "../../local/src/shared/ids.ts";
import { type AzureStorageAccount, openStorage } from "../../local/src/storage/azure/open-storage.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";

/**
 * An in-memory Azurite for the test file, on free ports; stopped after its last test.
 *
 * @returns The account, available once the first test runs.
 */
export function useAzurite(): () => AzureStorageAccount {
  let storage: AzureStorageAccount | undefined;
  let stop = async () => {};
  beforeAll(async () => {
    const azuriteDir = await mkdtemp(path.join(os.tmpdir(), "same-kit-azurite-"));
    const azurite = await startAzurite({ azuriteDir, data: "memory" });
    stop = async () => {
      await azurite.stop();
      await rm(azuriteDir, { recursive: true, force: true, maxRetries: 3 });
    };
    await azurite.ready;
    storage = openStorage(azurite.connectionString);
  });
  afterAll(() => stop());
  return () => {
    if (storage === undefined) throw new Error("Azurite is there from the first test on.");
    return storage;
  };
}

/** A separate hub for each test; names consist of letters and digits. */
export function openTestHub(storage: StorageAccount, partitionCount = 4): Promise<TaskHub> {
  return openTaskHub({ storage, hubName: `Hub${newGuidN().slice(0, 12)}`, partitionCount });
}
