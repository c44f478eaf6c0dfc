import { describe, expect, test } from "vitest";
import { DRILLS } from "../../../rehearsal/src/index.ts";
import { failureCaseOf } from "../../../toolkit/src/deployment/failure-cases.ts";
import { FAILURES, HEALED } from "../../helpers/drill-cases.ts";
import { failing } from "../../helpers/failing-deployment.ts";
import { rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

describe.skipIf(!hasTerraform)("failures of a deployment", () => {
  test.each(FAILURES)("%s ends with %s", async (drill, code, text) => {
    const deployment = await rehearseDeployment();
    const shown = await failing(deployment, { fail: drill });
    expect(shown.code).toBe(code);
    expect(shown.text).toMatch(text);
    const { number } = DRILLS[drill];
    // Dying half-way is an interruption that looks like any other partial failure.
    if (number > 0 && drill !== "apply-dies") expect(failureCaseOf(shown.code)?.number).toBe(number);
  });

  test("every drill is tried, here or in recovery", () => {
    const tried = [...FAILURES, ...HEALED].map(([drill]) => drill);
    expect([...tried, "slow", "group-not-empty"].sort()).toEqual(Object.keys(DRILLS).sort());
  });
});
