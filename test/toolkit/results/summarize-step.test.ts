import { expect, test } from "vitest";
import { summarizeStep } from "../../../toolkit/src/results/summarize-step.ts";
import { stepResult } from "../../helpers/run-results.ts";

test("a step's summary lists the variables that left it, and those that could not", () => {
  const crossing = [{ name: "x", type: "int", sizeBytes: 28, cell: 2 }];
  const lost = [{ name: "s", type: "socket", cell: 1, reason: "it is open", remedy: "Open it again." }];
  const details = { formatVersion: 1 as const, cells: [], crossing, lost };
  expect(summarizeStep(stepResult({ details }))).toMatchObject({ crossing, lost });
  expect(summarizeStep(stepResult())).toMatchObject({ crossing: null, lost: [] });
});
