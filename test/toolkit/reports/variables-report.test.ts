import { expect, test } from "vitest";
import { reportVariables } from "../../../toolkit/src/reports/variables-report.ts";
import type { BoundaryStep } from "../../../toolkit/src/results/boundaries.ts";
import { createTestConsole } from "../../helpers/console.ts";

function report(steps: BoundaryStep[]): string {
  const console = createTestConsole({});
  reportVariables(steps, console);
  return console.stdout();
}

const last = { name: "same_step_001", crossing: [], lost: [] };

test("the variables at each boundary are shown in a table, with the reason and the remedy for lost ones", () => {
  const lost = [
    {
      name: "conn",
      type: "sqlite3.Connection",
      cell: 4,
      reason: `The variable conn (sqlite3.Connection, made in cell 4) is not supported by dill: TypeError: cannot pickle it`,
      remedy: "Open the connection in the step that uses it.",
    },
  ];
  const crossing = [{ name: "frame", type: "pandas.DataFrame", sizeBytes: 2_500_000, cell: null }];
  expect(report([{ name: "same_step_000", crossing, lost }, last])).toMatchInlineSnapshot(`
    "same_step_000 → same_step_001: 1 variable, 2.5 MB, 1 lost
    ┌──────────┬────────────────────┬────────┬──────┬─────────────────────────────────────────────────────────────────────┐
    │ Variable │ Type               │ Size   │ Cell │                                                                     │
    ├──────────┼────────────────────┼────────┼──────┼─────────────────────────────────────────────────────────────────────┤
    │ conn     │ sqlite3.Connection │        │ 4    │ lost: The variable conn (sqlite3.Connection, made in cell 4) is not │
    │          │                    │        │      │ supported by dill: TypeError: cannot pickle it.                     │
    │          │                    │        │      │ Open the connection in the step that uses it.                       │
    │ frame    │ pandas.DataFrame   │ 2.5 MB │      │ new                                                                 │
    └──────────┴────────────────────┴────────┴──────┴─────────────────────────────────────────────────────────────────────┘
    "
  `);
});

test("a run without boundaries is reported as such", () => {
  expect(report([last])).toBe("The run has one step: no variables are passed on.\n");
  expect(report([last, last])).toMatch(/no step passed variables/);
});
