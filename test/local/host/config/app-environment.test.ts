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
  [{ HTTP_PROXY: "http://proxy" }, "localhost,127.0.0.1,::1", "localhost,127.0.0.1,::1"],
  [
    { https_proxy: "http://proxy", no_proxy: "corp, localhost" },
    "corp,localhost,127.0.0.1,::1",
    "corp,localhost,127.0.0.1,::1",
  ],
  [
    { HTTP_PROXY: "http://proxy", NO_PROXY: "a", no_proxy: "b" },
    "a,localhost,127.0.0.1,::1",
    "b,localhost,127.0.0.1,::1",
  ],
  [{ ALL_PROXY: "http://proxy", NO_PROXY: "*" }, "*", "*"],
  [{ HTTP_PROXY: "", no_proxy: "corp" }, undefined, "corp"],
])("this machine is excluded from the proxy of %o", (processEnv, upper, lower) => {
  const { env } = composeAppEnvironment({ appDir: "/app", port: 7072, localSettings, appSettings: {}, processEnv });
  expect([env["NO_PROXY"], env["no_proxy"]]).toEqual([upper, lower]);
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
