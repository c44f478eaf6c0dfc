import { readdirSync } from "node:fs";
import path from "node:path";
import type { RunSummary } from "../../toolkit/src/usecases/run/run-summary.ts";
import type { NotebookJson, PlacedRun } from "./both-places.ts";

/** The content of `expected.json` next to a notebook in `test/testdata/outputs` and `libraries`. */
type ExpectedRun = {
  status: string;
  /** Type and message. */
  failure?: string;
  /** The outputs of each code cell: the text of a stream, the formats of an object, an error. */
  cells: string[][];
  files?: string[];
  deleted?: string[];
  warnings?: string[];
};

type OutputNotebook = { name: string; dir: string };

export function listOutputNotebooks(group: "outputs" | "libraries"): OutputNotebook[] {
  const root = path.resolve("test/testdata", group);
  return readdirSync(root).map((name) => ({ name, dir: path.join(root, name) }));
}

/** A run in the format of `expected.json`. */
export function formatExpected(run: PlacedRun): string {
  return `${JSON.stringify(describeRun(run), null, 1)}\n`;
}

function describeRun({ json, notebook }: PlacedRun): ExpectedRun {
  const { status, failure, files, warnings } = json as RunSummary;
  return {
    status,
    ...(failure !== null && { failure: failure.message }),
    cells: describeCells(notebook),
    ...(files.files.length > 0 && { files: files.files.map((file) => file.path) }),
    ...(files.deleted.length > 0 && { deleted: [...files.deleted] }),
    ...(warnings.length > 0 && { warnings: [...warnings] }),
  };
}

const MAX_TEXT = 400;

function describeCells({ cells }: NotebookJson): string[][] {
  return cells.flatMap(({ outputs }) =>
    outputs === undefined
      ? []
      : [
          outputs.map(({ output_type, name, text, data, ename, evalue }) => {
            if (text !== undefined) return `${name}: ${shorten(text.join(""))}`;
            if (data !== undefined) return `${output_type}: ${describeData(data)}`;
            return `${ename}: ${evalue}`;
          }),
        ],
  );
}

/** The formats, and the text if there is one. */
function describeData(data: Record<string, unknown>): string {
  const plain = data["text/plain"];
  const text = Array.isArray(plain) ? ` ${shorten(plain.join(""))}` : "";
  return `${Object.keys(data).join(", ")}${text}`;
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… ${text.length} characters`;
}
