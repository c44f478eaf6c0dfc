import { expect, test } from "vitest";
import { toVariableFiles, toVariables } from "../../../toolkit/src/commands/deployment-variables.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const DECLARED = [
  "project",
  "environment",
  "location",
  "plan",
  "names",
  "log_retention_days",
  "subscription_id",
  "recover",
];
const NONE = { project: undefined, location: undefined, hosting: undefined, var: [] };

test("flags override --var, and JSON values are parsed", () => {
  const variables = toVariables(
    {
      ...NONE,
      location: "northeurope",
      var: ['names={"app":"mine"}', "log_retention_days=60", "location=westus", "project=a=b"],
    },
    DECLARED,
  );
  expect(variables).toEqual({
    names: { app: "mine" },
    log_retention_days: 60,
    location: "northeurope",
    project: "a=b",
  });
});

test.each([
  ["log_retention=60", /the module has no such variable/],
  ["nothing", /is not NAME=VALUE/],
  ["=1", /is not NAME=VALUE/],
  ["subscription_id=x", /same-kit sets this variable itself/],
  ["recover=true", /same-kit sets this variable itself/],
])("--var %s is rejected", (text, message) => {
  expect(() => toVariables({ ...NONE, var: [text] }, DECLARED)).toThrow(
    expect.objectContaining({ code: "ERR_VARIABLE", exitCode: 2, message: expect.stringMatching(message) }),
  );
});

test("an unknown hosting plan is rejected with the list of known ones", () => {
  expect(() => toVariables({ ...NONE, hosting: "dedicated" }, DECLARED)).toThrow(
    expect.objectContaining({ code: "ERR_HOSTING_PLAN", hint: "Choose one of flex, consumption, premium." }),
  );
});

test("without --var-file earlier files are kept, an empty one drops them, and a missing file is rejected", async () => {
  const folder = await makeTempDir();
  expect(toVariableFiles([], folder)).toBeNull();
  expect(toVariableFiles([""], folder)).toEqual([]);
  expect(() => toVariableFiles(["no.tfvars"], folder)).toThrow("--var-file no.tfvars: it does not exist.");
});
