import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bootOnLocalHost, type StartLocalHost } from "../../../rehearsal/src/site/boot-on-local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

type StartOptions = Parameters<StartLocalHost<string>>[0];

/** Boots a package with this host.json; returns the options passed to the local host. */
async function optionsFor(
  name: string,
  hostJson: string,
  appSettings: Record<string, string> = {},
): Promise<StartOptions> {
  const packageDir = await makeTempDir();
  onTestFinished(() => rm(`${packageDir}.tmp`, { recursive: true, force: true }));
  await writeFile(path.join(packageDir, "host.json"), hostJson);
  const asked: StartOptions[] = [];
  const startLocal: StartLocalHost<string> = async (options) => {
    asked.push(options);
    return { url: "http://localhost:1", functions: [{ name: "f", triggerType: "httpTrigger" }], stop: async () => {} };
  };
  const booted = await bootOnLocalHost(
    startLocal,
    "/state",
    "disk",
  )({ name, packageDir, appSettings, onLog: () => {} });
  expect(booted.functions).toEqual([{ name: "f", trigger: "httpTrigger" }]);
  return asked[0] as StartOptions;
}

test.each([
  ["same-dev-1a2b3c", "samedev1a2b3c"],
  ["1st-app", "Hub1stapp"],
  ["ab", "Hubab"],
  ["x".repeat(60), "x".repeat(45)],
])("the hub of %s is %s, independent of the package folder", async (name, hubName) => {
  expect(await optionsFor(name, "{}")).toMatchObject({ hubName, stateDir: path.join("/state", name), port: 0 });
});

test("Python writes no compiled files to a package, which is read-only in the cloud", async () => {
  expect((await optionsFor("app", "{}")).appSettings).toMatchObject({ PYTHONDONTWRITEBYTECODE: "1" });
});

test("an app has no local folder for large instance files, so that they are blobs as in the cloud", async () => {
  expect((await optionsFor("app", "{}")).appSettings).toMatchObject({ SAME_KIT_INSTANCE_FILES: "" });
});

test("a hub named in host.json is left unchanged", async () => {
  const hostJson = JSON.stringify({ extensions: { durableTask: { hubName: "mine" } } });
  expect(await optionsFor("app", hostJson)).not.toHaveProperty("hubName");
});

test("a site has its own temp folder, which is removed with it, and after a failed start", async () => {
  const packageDir = await makeTempDir();
  const appSettings: Record<string, string>[] = [];
  const boot = (stop: () => Promise<void>, fails = false) =>
    bootOnLocalHost(
      async (options: StartOptions) => {
        appSettings.push(options.appSettings);
        if (fails) throw new Error("It does not start.");
        return { url: "http://localhost:1", functions: [], stop };
      },
      "/state",
      "disk",
    )({ name: "app", packageDir, appSettings: {}, onLog: () => {} });
  const tempDir = `${packageDir}.tmp`;
  const booted = await boot(async () => expect(existsSync(tempDir)).toBe(true));
  expect(appSettings[0]).toMatchObject({ TMPDIR: tempDir });
  await booted.stop();
  expect(existsSync(tempDir)).toBe(false);
  await expect(boot(async () => {}, true)).rejects.toThrow("It does not start.");
  expect(existsSync(tempDir)).toBe(false);
});

test("an invalid host.json is left to the host", async () => {
  expect(await optionsFor("app", "{")).toMatchObject({ hubName: "app" });
});

test("settings for the cloud's storage are not passed on, and the access key is required as in the cloud", async () => {
  const { appSettings } = await optionsFor("app", "{}", {
    AzureWebJobsStorage: "…",
    AzureWebJobsStorage__accountName: "st",
    DEPLOYMENT_STORAGE_CONNECTION_STRING: "…",
    WEBSITE_CONTENTSHARE: "share",
    SAME_ACCESS_KEY: "secret",
  });
  expect(appSettings).toEqual({
    TMPDIR: expect.any(String),
    PYTHONDONTWRITEBYTECODE: "1",
    SAME_KIT_INSTANCE_FILES: "",
    SAME_ACCESS_KEY: "secret",
    AZURE_FUNCTIONS_ENVIRONMENT: "Production",
    WEBSITE_SITE_NAME: "app",
  });
});
