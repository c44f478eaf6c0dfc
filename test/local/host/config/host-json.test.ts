import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { loadHostJson } from "../../../../local/src/host/config/host-json.ts";
import { isLogged } from "../../../../local/src/host/config/log-levels.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

async function load(content: string, env: Record<string, string> = {}) {
  const appDir = await makeTempDir();
  await writeFile(path.join(appDir, "host.json"), content);
  return loadHostJson(appDir, env);
}

test("an empty host.json has Azure's defaults", async () => {
  expect(await load('{"version":"2.0"}')).toMatchObject({
    routePrefix: "api",
    customHeaders: {},
    functionTimeoutMs: 1_800_000,
    allowedFunctions: undefined,
    watchDirectories: ["node_modules"],
    maxOutstandingRequests: -1,
    warnings: [],
  });
});

test("a missing host.json is a warning, not an error", async () => {
  const hostJson = await loadHostJson(await makeTempDir(), {});
  expect(hostJson.warnings.join()).toContain("the defaults are used");
});

test("comments, other key casing and slashes around the prefix are accepted", async () => {
  const text = `{ // comment with "quotes"
    "Version": "2.0", "extensions": { "HTTP": { "RoutePrefix": "/v1/x/", "customHeaders": { "x-a": "http://b" } } },
    "functionTimeout": "00:10:00", "functions": ["a"],
  }`;
  expect(await load(text)).toMatchObject({
    routePrefix: "v1/x",
    customHeaders: { "x-a": "http://b" },
    functionTimeoutMs: 600_000,
    allowedFunctions: ["a"],
  });
});

test("the environment overrides the file", async () => {
  const hostJson = await load('{"version":"2.0","extensions":{"http":{"routePrefix":"a"}}}', {
    AzureFunctionsJobHost__extensions__http__routePrefix: "z",
    azurefunctionsjobhost__functions__0: "only",
    AzureFunctionsJobHost__logging__logLevel__Function: "Error",
  });
  expect(hostJson).toMatchObject({ routePrefix: "z", allowedFunctions: ["only"] });
  expect(isLogged(hostJson.logLevels, "Function.x.User", "warn")).toBe(false);
});

test("functionTimeout -1 means no limit", async () => {
  expect((await load('{"version":"2.0","functionTimeout":"-1"}')).functionTimeoutMs).toBeUndefined();
});

test.each([
  ["OpenTelemetry", true, []],
  [" openTELEMETRY", true, []],
  [2, true, []],
  ["ApplicationInsights", false, []],
  [null, false, []],
  [
    "OpenTelemtry",
    false,
    ['host.json has the unknown telemetryMode "OpenTelemtry"; set "OpenTelemetry" to export spans, or remove it.'],
  ],
])("telemetryMode %j", async (telemetryMode, usesOpenTelemetry, warnings) => {
  const hostJson = await load(JSON.stringify({ version: "2.0", telemetryMode }));
  expect(hostJson).toMatchObject({ usesOpenTelemetry, warnings });
});

test("unknown keys and levels lead to a warning", async () => {
  const { warnings } = await load('{"version":"2.0","extension":{},"logging":{"logLevel":{"default":"Loud"}}}');
  expect(warnings).toEqual([
    'host.json has the unknown key "extension".',
    'host.json has the unknown log level "Loud" for "default".',
  ]);
});

test.each([
  ["{", "cannot be read"],
  ["[]", "not an object"],
  ["{}", "but has none"],
  ['{"version":"3.0"}', 'but has "3.0"'],
  ['{"version":"2.0","functionTimeout":"00:00:00.5"}', "at least one second"],
])("the content %j is rejected: %s", async (content, problem) => {
  await expect(load(content)).rejects.toMatchObject({
    code: "ERR_HOST_JSON",
    message: expect.stringContaining(problem),
  });
});
