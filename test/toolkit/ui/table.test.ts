import { expect, test } from "vitest";
import { renderTable } from "../../../toolkit/src/ui/table.ts";
import { createTestConsole } from "../../helpers/console.ts";

test("a cell of several lines is one below the other, and control characters of a text stay inside its line", () => {
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
