import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { loadLocalSettings } from "../../../../local/src/host/config/local-settings.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

async function load(content: string) {
  const appDir = await makeTempDir();
  await writeFile(path.join(appDir, "local.settings.json"), content);
  return loadLocalSettings(appDir);
}

test("values become strings, and the Host section is read", async () => {
  const settings = await load(
    '{"Values":{"A":1,"B":true},"Host":{"LocalHttpPort":7073,"CORS":"http://a/, http://b","CORSCredentials":true},"ConnectionStrings":{"X":{"ConnectionString":"x"}}}',
  );
  expect(settings).toMatchObject({
    values: { A: "1", B: "true" },
    port: 7073,
    cors: ["http://a", "http://b"],
    corsCredentials: true,
    connectionStrings: { X: "x" },
    warnings: [],
  });
});

test("invalid values are skipped and reported by name, without the value", async () => {
  const settings = await load('{"Values":{"":"a","N":null,"O":{"secret":1},"K":"@Microsoft.KeyVault(secret)"}}');
  expect(settings.values).toEqual({});
  expect(settings.warnings).toHaveLength(4);
  expect(settings.warnings.join()).not.toContain("secret");
});

test("a file that is not JSON is ignored with a warning", async () => {
  const settings = await load("{");
  expect(settings.warnings.join()).toContain("is ignored");
  expect(settings.values).toEqual({});
});

test("a missing file is the same as an empty file", async () => {
  expect(await loadLocalSettings(await makeTempDir())).toMatchObject({ values: {}, port: undefined, warnings: [] });
});

test("encrypted values are rejected with advice", async () => {
  await expect(load('{"IsEncrypted":true,"Values":{"A":"x"}}')).rejects.toMatchObject({
    code: "ERR_LOCAL_SETTINGS",
    hint: expect.stringContaining("func settings decrypt"),
  });
});
