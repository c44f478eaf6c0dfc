import { expect, test } from "vitest";
import { renderTable } from "../../../toolkit/src/ui/table.ts";
import { createTestConsole } from "../../helpers/console.ts";

test("the lines of a cell are stacked, and control characters stay inside their line", () => {
  const console = createTestConsole();
  expect(renderTable(["A", "B"], [[["one", "two"], "x\ny"]], console)).toMatchInlineSnapshot(`
    "┌─────┬──────┐
    │ A   │ B    │
    ├─────┼──────┤
    │ one │ x\\ny │
    │ two │      │
    └─────┴──────┘"
  `);
});
