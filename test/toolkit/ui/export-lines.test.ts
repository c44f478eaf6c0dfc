import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAppAddress } from "../../../toolkit/src/adapters/app/app-address.ts";
import { parseOutputs } from "../../../toolkit/src/deployment/outputs.ts";
import { exportLines } from "../../../toolkit/src/ui/export-lines.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const outputsWith = (appName: string, hostName: string) =>
  parseOutputs({
    app_name: appName,
    host_name: hostName,
    app_id: "/subscriptions/s/app",
    resource_group: "rg-same-dev-1",
    plan: "flex",
    storage_account: "stsame",
    access_key: "c0ffee",
  });

test.each([
  [false, "same-dev-1-a.azurewebsites.net"],
  [true, "same:c0ffee@same-dev-1-a.azurewebsites.net"],
])("ordinary names are exported unquoted, with the key only on request (%s)", (withKey, host) => {
  expect(exportLines(outputsWith("same-dev-1", "same-dev-1-a.azurewebsites.net"), withKey)).toEqual([
    "export FUNCTIONS_APP_NAME=same-dev-1",
    `export FUNCTIONS_HOST_NAME=${host}`,
  ]);
});

test("the exported address with the key is accepted by the smoke test", () => {
  const [, line = ""] = exportLines(outputsWith("same-dev-1", "same-dev-1-a.azurewebsites.net"), true);
  const address = parseAppAddress(line.slice(line.indexOf("=") + 1), { useHttp: false, accessKey: null });
  expect(address).toEqual({ url: "https://same-dev-1-a.azurewebsites.net", accessKey: "c0ffee" });
});

test.each([
  "a;touch made",
  "a\ntouch made",
  "$(touch made)",
  "`touch made`",
  "a' ; touch made ; '",
  '"; touch made; "',
  "a && touch made #",
  "$HOME",
  "~ * ?",
])("`eval` of an output %j sets the variable to that value and runs nothing", async (value) => {
  const cwd = await makeTempDir();
  const lines = exportLines(outputsWith(value, value), false).join("\n");
  const script = 'eval "$LINES_TO_EVALUATE"; printf "%s|%s" "$FUNCTIONS_APP_NAME" "$FUNCTIONS_HOST_NAME"';
  const env = { PATH: process.env["PATH"], HOME: "/home/somebody", LINES_TO_EVALUATE: lines };
  expect(execFileSync("sh", ["-c", script], { cwd, env, encoding: "utf8" })).toBe(`${value}|${value}`);
  expect(readdirSync(cwd)).toEqual([]);
});
