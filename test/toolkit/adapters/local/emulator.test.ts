import { expect, test } from "vitest";
import { resolveLimits } from "../../../../functions-app/src/contract/limits.ts";
import { loadHostJson } from "../../../../local/src/host/config/host-json.ts";
import { ownAppSettings } from "../../../../toolkit/src/adapters/local/emulator.ts";

test("on this machine neither the host nor the app ends a step that takes long", async () => {
  const settings = ownAppSettings(null);
  expect((await loadHostJson("functions-app", settings)).functionTimeoutMs).toBeUndefined();
  expect(resolveLimits({ ...settings, AZURE_FUNCTIONS_ENVIRONMENT: "Development" }).stepTimeoutMs).toBeNull();
});

test("the chosen Python is the app's", () => {
  expect(ownAppSettings("python3.12")["SAME_PYTHON"]).toBe("python3.12");
});
