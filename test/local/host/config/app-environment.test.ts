import { expect, test } from "vitest";
import {
  composeAppEnvironment,
  isDisabledBySetting,
  resolveSettings,
} from "../../../../local/src/host/config/app-environment.ts";

const localSettings = {
  values: { A: "file", B: "file", C: "file" },
  connectionStrings: { X: "x" },
  port: undefined,
  cors: [],
  corsCredentials: false,
  warnings: [],
};

test("app settings override the process environment, which overrides the file", () => {
  const { env, warnings } = composeAppEnvironment({
    appDir: "/app",
    port: 7072,
    localSettings,
    appSettings: { C: "caller" },
    processEnv: { B: "process-secret", C: "process", EMPTY: "" },
  });
  expect(env).toMatchObject({
    A: "file",
    B: "process-secret",
    C: "caller",
    "ConnectionStrings:X": "x",
    WEBSITE_HOSTNAME: "localhost:7072",
    AZURE_FUNCTIONS_ENVIRONMENT: "Development",
    FUNCTIONS_WORKER_RUNTIME: "node",
  });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("variable B is already set");
  expect(warnings[0]).not.toContain("process-secret");
});

test.each([
  ["AzureWebJobs.hello.Disabled", "1", true],
  ["AzureWebJobs_Hello_Disabled", "TRUE", true],
  ["AzureWebJobs.hello.Disabled", "false", false],
  ["AzureWebJobs.other.Disabled", "1", false],
])("%s=%s disables hello: %s", (name, value, expected) => {
  expect(isDisabledBySetting("hello", { [name]: value })).toBe(expected);
});

test("settings in a string are resolved, and unknown ones are returned", () => {
  expect(resolveSettings("%A%/%No% at 50%", { A: "x" })).toEqual({ text: "x/%No% at 50%", unknown: ["No"] });
});
