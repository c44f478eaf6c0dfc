import { expect, test } from "vitest";
import { hint } from "../../../shared/src/index.ts";
import { repeatUp } from "../../../toolkit/src/commands/repeat-up.ts";
import { NO_CHOICES } from "../../../toolkit/src/deployment/choices.ts";
import { emptyHintContext, renderHint } from "../../../toolkit/src/ui/hint.ts";

const shown = (...args: Parameters<typeof repeatUp>) => {
  const given = { env: "prod", rehearse: true };
  const takes = () => ["state-dir", "env", "rehearse"] as const;
  return renderHint(hint`${repeatUp(...args)}`, { ...emptyHintContext("/home/ada"), given, takes });
};

test("the command for Azure is that of the rehearsal without --rehearse, with all choices", () => {
  const variables = {
    location: "northeurope",
    plan: "premium",
    project: "lab",
    log_retention_days: 60,
    names: { resource_group: "rg lab" },
    allowed_ip_ranges: ["203.0.113.7/32"],
  };
  const options = { with: ["numpy,pandas"], "skip-smoke": true, "bundled-python": false, yes: true, fail: "quota" };
  expect(
    shown({ ...NO_CHOICES, variables, variableFiles: ["/home/ada/a b.tfvars"] }, options, { isForAzure: true }),
  ).toBe(
    [
      "same-kit up --location northeurope --hosting premium --project lab --var log_retention_days=60",
      `--var 'names={"resource_group":"rg lab"}' --var 'allowed_ip_ranges=["203.0.113.7/32"]'`,
      "--var-file '/home/ada/a b.tfvars' --with numpy,pandas --skip-smoke --no-bundled-python --env prod",
    ].join(" "),
  );
});

test("a string that looks like another value is written as JSON, and null stays null", () => {
  const variables = { node_version: "22", tags: null };
  expect(shown({ ...NO_CHOICES, variables }, {})).toContain(`--var 'node_version="22"' --var tags=null`);
});

test("secret values are left out, and a key rotation is not repeated", () => {
  const variables = { app_settings: { TOKEN: "hidden" }, access_key_generation: "2026-11-25T09:00:00Z" };
  const text = shown({ ...NO_CHOICES, variables }, {});
  expect(text).toBe("same-kit up --var 'app_settings=…' --env prod --rehearse");
});

test("choices made before a variable file was given are repeated next to the file", () => {
  const choices = { olderVariables: { location: "eastus2", plan: "flex" }, variables: { plan: "premium" } };
  expect(shown({ ...NO_CHOICES, ...choices, variableFiles: ["/lab.tfvars"] }, {})).toContain(
    "up --location eastus2 --hosting premium --var-file /lab.tfvars",
  );
});

test("after --plan the command adopts and rotates as planned, but after an up it does neither", () => {
  const options = { adopt: true, "rotate-key": true, plan: true };
  const wanted = "same-kit up --adopt --rotate-key --env prod --rehearse";
  expect(shown(NO_CHOICES, options, { wasPlanned: true })).toBe(wanted);
  expect(shown(NO_CHOICES, options)).toBe("same-kit up --env prod --rehearse");
});
