import { expect, test, vi } from "vitest";
import { loadDurableSettings } from "../../../local/src/emulator/app-settings.ts";
import { makeTempDirWith } from "../../helpers/temp-dir.ts";

test.each([
  ["hides local.settings.json", "fromEnv", "fromEnv"],
  ["does not hide it if it is empty", "", "fromFile"],
])("a variable of the environment %s", async (_, variable, hubName) => {
  const host = { version: "2.0", extensions: { durableTask: { hubName: "%HUB%" } } };
  const appDir = await makeTempDirWith({
    "host.json": JSON.stringify(host),
    "local.settings.json": JSON.stringify({ Values: { HUB: "fromFile" } }),
  });
  vi.stubEnv("HUB", variable);
  const { settings } = await loadDurableSettings(appDir, {}, undefined);
  vi.unstubAllEnvs();
  expect(settings.hubName).toBe(hubName);
});
