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

test("flags win over --var, and what is JSON counts as such", () => {
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
])("--var %s is refused", (text, message) => {
  expect(() => toVariables({ ...NONE, var: [text] }, DECLARED)).toThrow(
    expect.objectContaining({ code: "ERR_VARIABLE", exitCode: 2, message: expect.stringMatching(message) }),
  );
});

test("a hosting plan that there is not is refused with those that there are", () => {
  expect(() => toVariables({ ...NONE, hosting: "dedicated" }, DECLARED)).toThrow(
    expect.objectContaining({ code: "ERR_HOSTING_PLAN", hint: "Choose one of flex, consumption, premium." }),
  );
});

test("no --var-file keeps the earlier files, an empty one does without, and a file that does not exist is refused", async () => {
  const folder = await makeTempDir();
  expect(toVariableFiles([], folder)).toBeNull();
  expect(toVariableFiles([""], folder)).toEqual([]);
  expect(() => toVariableFiles(["no.tfvars"], folder)).toThrow("--var-file no.tfvars: it does not exist.");
});
