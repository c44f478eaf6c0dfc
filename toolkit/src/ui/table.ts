import Table from "cli-table3";
import type { Console } from "./console.ts";
import { printableInLine } from "./printable.ts";

/** A text of one line, or several lines. */
type Cell = string | readonly string[];

/** @returns The table as text; without colours if there is no terminal. */
export function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[], console: Console): string {
  const table = new Table({
    head: head.map((title) => console.paint("bold", title)),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map((cell) => [cell].flat().map(printableInLine).join("\n"))));
  return table.toString();
}
