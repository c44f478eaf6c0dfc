// What the user sees when Azurite's disk is full, or its files are damaged.

import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type RunningAzurite, startAzurite } from "../../../local/src/azurite/index.ts";
import { openStorage } from "../../../local/src/storage/azure/open-storage.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

/** On Linux, every write to this device fails with a full disk. */
const FULL = "/dev/full";

async function makeAzuriteDir(): Promise<{ azuriteDir: string; data: string }> {
  const azuriteDir = path.join(await makeTempDir(), "azurite");
  const data = path.join(azuriteDir, "data");
  await mkdir(data, { recursive: true });
  return { azuriteDir, data };
}

async function start(azuriteDir: string): Promise<RunningAzurite> {
  const azurite = await startAzurite({ azuriteDir, data: "disk" });
  onTestFinished(() => azurite.stop());
  return azurite;
}

describe.skipIf(!existsSync(FULL))("a full disk", () => {
  test("is reported when Azurite cannot create its files", async () => {
    const { azuriteDir, data } = await makeAzuriteDir();
    await symlink(FULL, path.join(data, "__azurite_db_table__.json~"));
    await expect((await start(azuriteDir)).ready).rejects.toMatchObject({
      code: "ERR_AZURITE_DISK_FULL",
      message: expect.stringMatching(/^Azurite could not save its data in .*data: ENOSPC: no space left on device/),
    });
  });

  test("is reported when Azurite cannot save what it has accepted", async () => {
    const { azuriteDir, data } = await makeAzuriteDir();
    const azurite = await start(azuriteDir);
    await azurite.ready;
    await symlink(FULL, path.join(data, "__azurite_db_queue__.json.journal"));
    await symlink(FULL, path.join(data, "__azurite_db_queue__.json~"));
    await openStorage(azurite.connectionString).queue("some-queue").createIfNotExists();
    await expect(azurite.lost).resolves.toMatchObject({ code: "ERR_AZURITE_DISK_FULL" });
  });
});

test.each([
  ["that was truncated", '{"collections":[{"na', "__azurite_db_table__.json is not JSON (Unterminated string"],
  ["with other content", "{}", "__azurite_db_table__.json holds no collections"],
])("a file %s is reported, and left unchanged", async (_, content, why) => {
  const { azuriteDir, data } = await makeAzuriteDir();
  const file = path.join(data, "__azurite_db_table__.json");
  await writeFile(file, content);
  await expect((await start(azuriteDir)).ready).rejects.toMatchObject({
    code: "ERR_AZURITE_DATA_DAMAGED",
    message: expect.stringContaining(why),
  });
  expect(await readFile(file, "utf8")).toBe(content);
});
