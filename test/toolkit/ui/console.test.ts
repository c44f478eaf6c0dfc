import { expect, test } from "vitest";
import { createPhaseView } from "../../../toolkit/src/ui/phases.ts";
import { renderTable } from "../../../toolkit/src/ui/table.ts";
import { createTestConsole } from "../../helpers/console.ts";

const HOSTILE = "\u001b[2J\u001b]0;owned\u0007\u009b1A\u202e\r";
const WRITTEN_OUT = "\\x1b[2J\\x1b]0;owned\\x07\\x9b1A\\u202e\\r";

test("results, notes and log excerpts are written without control sequences", () => {
  const console = createTestConsole();
  console.answer(HOSTILE);
  console.write(HOSTILE);
  console.note(HOSTILE);
  expect(console.stdout()).toBe(`${WRITTEN_OUT}\n${WRITTEN_OUT}`);
  expect(console.stderr()).toBe(`${WRITTEN_OUT}\n`);
});

test("a document contains the same strings, with control characters escaped", () => {
  const console = createTestConsole({ isJson: true });
  console.json({ text: HOSTILE });
  expect(JSON.parse(console.stdout())).toEqual({ text: HOSTILE });
  expect(console.stdout()).toMatch(/^[\n\u0020-\u007e]*$/);
});

test("a cell of a table stays in its row", () => {
  const table = renderTable(["Value"], [[`one\n${HOSTILE}`]], createTestConsole());
  expect(table).toContain(`one\\n${WRITTEN_OUT}`);
});

test("a phase's title is a single line, and notes in it cannot look like the end of a phase", async () => {
  const console = createTestConsole();
  const view = createPhaseView(console, new AbortController().signal);
  await view.phase(`Step${HOSTILE}\n✓ Forged`, async ({ note }) => note(`${HOSTILE}one\n✓ Forged`));
  const lines = console.stderr().trimEnd().split("\n");
  expect(lines).toEqual([
    `> Step${WRITTEN_OUT}\\n✓ Forged`,
    `    ${WRITTEN_OUT}one`,
    "    ✓ Forged",
    expect.stringMatching(/^✓ Step\\x1b/),
  ]);
});
