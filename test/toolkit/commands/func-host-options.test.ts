import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  type FuncHostValues,
  openJsonOutput,
  toHostOptions,
  toScriptRoot,
  toUserLogLevel,
} from "../../../toolkit/src/commands/func-host-options.ts";
import { createTestConsole } from "../../helpers/console.ts";
import { makeTempDir, makeTempDirWith } from "../../helpers/temp-dir.ts";

const NOTHING: FuncHostValues = {
  address: undefined,
  cors: undefined,
  "cors-credentials": false,
  functions: [],
  "language-worker": undefined,
  inspect: undefined,
  useHttps: false,
  cert: undefined,
  password: undefined,
  enableAuth: false,
  "user-log-level": undefined,
  "enable-json-output": false,
  runtime: undefined,
  "allow-host": [],
  "allow-origin": [],
  "ignore-outputs": false,
};

const optionsOf = (values: Partial<FuncHostValues>, appDir = "/app") =>
  toHostOptions({ ...NOTHING, ...values }, appDir);

test("without options the host starts as with func", () => {
  expect(optionsOf({})).toEqual({
    appSettings: {},
    inspect: false,
    allowedHosts: [],
    allowedOrigins: [],
    requireKeys: false,
    ignoreOutputs: false,
  });
});

test("options become app settings where func does the same", () => {
  const { appSettings } = optionsOf({
    functions: ["a", "b"],
    "language-worker": "--inspect=9229",
    "user-log-level": "Debug",
    "enable-json-output": true,
  });
  expect(appSettings).toEqual({
    AzureFunctionsJobHost__functions__0: "a",
    AzureFunctionsJobHost__functions__1: "b",
    languageWorkers__node__arguments: "--inspect=9229",
    AzureFunctionsJobHost__logging__logLevel__Function: "Debug",
    FUNCTIONS_ENABLE_JSON_OUTPUT: "True",
  });
});

test("origins are separated by commas", () => {
  const { allowedOrigins, allowCredentials } = optionsOf({ cors: "https://a.test/, *", "cors-credentials": true });
  expect({ allowedOrigins, allowCredentials }).toEqual({
    allowedOrigins: ["https://a.test", "*"],
    allowCredentials: true,
  });
});

test("the options recommended after a rejected request are supported", () => {
  const values = { cors: "https://a.test", "allow-host": ["my.tunnel"], "allow-origin": ["http://localhost:5173/"] };
  expect(optionsOf({ ...values, "ignore-outputs": true })).toMatchObject({
    allowedHosts: ["my.tunnel"],
    allowedOrigins: ["https://a.test", "http://localhost:5173"],
    ignoreOutputs: true,
  });
});

test("a certificate's password can be in a file", async () => {
  const appDir = await makeTempDirWith({ "password.txt": "secret\n" });
  const https = { kind: "pfx", file: path.join(appDir, "my.pfx"), password: "secret" };
  expect(optionsOf({ useHttps: true, cert: "my.pfx", password: "password.txt" }, appDir).https).toEqual(https);
  expect(optionsOf({ useHttps: true, cert: "my.pfx", password: "secret" }, appDir).https).toEqual(https);
  expect(optionsOf({ useHttps: true }).https).toEqual({ kind: "self-signed" });
});

test.each([
  [{ address: "0.0.0.0" }, "not a loopback address"],
  [{ runtime: "inproc8" }, "a host for .NET"],
  [{ inspect: "yes" }, "not a port"],
])("%j is rejected", (values, problem) => {
  expect(() => optionsOf(values)).toThrow(problem);
});

test("a log level unknown to func is rejected", () => {
  expect(toUserLogLevel("warning")).toBe("warn");
  expect(() => toUserLogLevel("loud")).toThrow("--user-log-level loud");
});

test("an app folder requires a host.json", async () => {
  const dir = await makeTempDir();
  expect(() => toScriptRoot("missing", dir)).toThrow("does not exist");
  expect(() => toScriptRoot(undefined, dir)).toThrow("no host.json");
  await writeFile(path.join(dir, "host.json"), "{}");
  expect(toScriptRoot(undefined, dir)).toBe(dir);
});

test("a JSON output file that cannot be written stops the start", async () => {
  const dir = await makeTempDir();
  expect(() => openJsonOutput("missing/out.jsonl", dir, createTestConsole())).toThrow("cannot be written");
});
