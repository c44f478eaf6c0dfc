import { describe, expect, test } from "vitest";
import { DRILLS } from "../../../rehearsal/src/index.ts";
import { codeOfDrill, FAILURES, HEALED } from "../../helpers/drill-cases.ts";
import { failing } from "../../helpers/failing-deployment.ts";
import { PROVIDER_MIRROR } from "../../helpers/provider.ts";
import { rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

// Drills that affect a single request: azurerm retries it automatically, the stand-in does not.
const RETRIED = PROVIDER_MIRROR === "stand-in" ? [] : ["throttled"];

describe.skipIf(!hasTerraform)("failures of a deployment", () => {
  test.each(FAILURES.filter(([drill]) => !RETRIED.includes(drill)))(
    "%s is reported with its own code",
    async (drill, text) => {
      const deployment = await rehearseDeployment();
      const shown = await failing(deployment, { fail: drill });
      expect(shown.code).toBe(codeOfDrill(drill));
      expect(shown.text).toMatch(text);
    },
  );

  for (const drill of RETRIED) {
    test(`${drill} is retried successfully by the real provider`, async () => {
      const deployment = await rehearseDeployment();
      await deployment.up({}, { fail: drill });
    });
  }

  test("every drill is tried, here or in recovery", () => {
    const tried = [...FAILURES, ...HEALED].map(([drill]) => drill);
    expect([...tried, "slow", "slow-group", "group-not-empty"].sort()).toEqual(Object.keys(DRILLS).sort());
  });
});
