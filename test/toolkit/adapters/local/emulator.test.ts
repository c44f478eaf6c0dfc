import { expect, test } from "vitest";
import { resolveLimits } from "../../../../functions-app/src/contract/limits.ts";
import { composeAppEnvironment } from "../../../../local/src/host/config/app-environment.ts";
import { loadHostJson } from "../../../../local/src/host/config/host-json.ts";
import { ownAppSettings } from "../../../../toolkit/src/adapters/local/emulator.ts";

/** Settings of our own app on a local host, as received by its worker. */
function environmentOf(processEnv: Record<string, string>) {
  const localSettings = { values: {}, connectionStrings: {}, port: undefined, cors: [], corsCredentials: false };
  const { env } = composeAppEnvironment({
    appDir: "functions-app",
    port: 7071,
    localSettings: { ...localSettings, warnings: [] },
    appSettings: ownAppSettings(null),
    processEnv,
  });
  return env;
}

test("on this machine neither the host nor the app limits the duration of a step, unless the user does", async () => {
  const env = environmentOf({});
  expect((await loadHostJson("functions-app", env)).functionTimeoutMs).toBeUndefined();
  expect(resolveLimits(env).stepTimeoutMs).toBeNull();
  expect(resolveLimits(environmentOf({ SAME_STEP_TIMEOUT: "5" })).stepTimeoutMs).toBe(5000);
});

test("the selected Python is passed to the app", () => {
  expect(ownAppSettings("python3.12")["SAME_PYTHON"]).toBe("python3.12");
});
