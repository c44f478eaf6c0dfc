// Notebook files: the parts of nbformat 4.5 that are read and written here.
// Source: nbformat.readthedocs.io, "The Notebook file format", and its JSON schema.

/** Text, or its lines. */
export type MultilineText = string | string[];

export type FileOutput = Record<string, unknown> & { output_type: string };

export type FileCell = {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: Record<string, unknown>;
  source: MultilineText;
  attachments?: unknown;
  execution_count?: number | null;
  outputs?: FileOutput[];
};

export type NotebookFile = {
  cells: FileCell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: number;
};

/** Text in nbformat's form, so that a diff shows lines. */
export function toLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

export function toText(text: MultilineText): string {
  return typeof text === "string" ? text : text.join("");
}

/** Text in Jupyter's form: indented by one blank, with a final newline. */
export function formatNotebook(notebook: NotebookFile): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}
