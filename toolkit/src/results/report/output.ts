import type { FileOutput, MultilineText } from "../nbformat.ts";
import { toText } from "../nbformat.ts";
import { ansiToHtml } from "./ansi.ts";
import { escapeHtml } from "./escape.ts";
import { foreignHtml } from "./foreign-html.ts";
import { PLOTLY_TYPE, plotlyFrame } from "./plotly.ts";

// The page shows both ends of a longer text; the notebook contains all of it.
const MAX_TEXT = 200_000;

type Show = (form: unknown, options: OutputOptions) => string;
/** @param attachments - Images of the cell, by name. */
export type MarkdownToHtml = (source: string, attachments?: unknown) => string;

// The first one that an output has is shown.
const FORMS: readonly (readonly [string, Show])[] = [
  ["text/html", (form) => foreignHtml(asText(form))],
  ["image/svg+xml", (form) => picture(`data:image/svg+xml;base64,${Buffer.from(asText(form)).toString("base64")}`)],
  ...["png", "jpeg", "gif", "webp"].map(
    (kind) =>
      [`image/${kind}`, (form: unknown) => picture(`data:image/${kind};base64,${asText(form).trim()}`)] as const,
  ),
  ["text/markdown", (form, { markdownToHtml }) => `<div class="markdown">${markdownToHtml(asText(form))}</div>`],
  ["text/latex", (form) => `<pre class="text">${escapeHtml(asText(form))}</pre>`],
  ["application/json", (form) => `<pre class="text">${escapeHtml(JSON.stringify(form, null, 2))}</pre>`],
  ["text/plain", (form) => plainText(asText(form))],
];

export type OutputOptions = {
  /** Whether the page contains plotly's library. */
  hasPlotly: boolean;
  markdownToHtml: MarkdownToHtml;
};

/** One output of a cell. */
export function renderOutput(output: FileOutput, options: OutputOptions): string {
  switch (output.output_type) {
    case "stream": {
      const name = output["name"] === "stderr" ? "stderr" : "stdout";
      return `<div class="output ${name}">${plainText(asText(output["text"]))}</div>`;
    }
    case "error": {
      const traceback = (output["traceback"] as string[]).join("\n");
      return `<div class="output error">${plainText(traceback)}</div>`;
    }
    default: {
      const data = output["data"] as Record<string, unknown>;
      const figure = data[PLOTLY_TYPE];
      if (options.hasPlotly && figure !== undefined) return `<div class="output shown">${plotlyFrame(figure)}</div>`;
      const [type, show] = FORMS.find(([it]) => it in data) ?? [];
      const shown = type === undefined || show === undefined ? unknownForm(data) : show(data[type], options);
      return `<div class="output shown">${shown}</div>`;
    }
  }
}

const asText = (form: unknown): string => toText(form as MultilineText);

/** In an image element, an SVG does not run scripts. */
function picture(source: string): string {
  return `<img src="${escapeHtml(source)}" alt="Image created by a cell">`;
}

function plainText(text: string): string {
  if (text.length <= MAX_TEXT) return `<pre class="text">${ansiToHtml(text)}</pre>`;
  const half = MAX_TEXT / 2;
  const omitted = text.length - MAX_TEXT;
  const note = `<p class="note">${omitted} characters are left out here; the notebook has them.</p>`;
  return `<pre class="text">${ansiToHtml(text.slice(0, half))}</pre>${note}<pre class="text">${ansiToHtml(text.slice(-half))}</pre>`;
}

function unknownForm(data: Record<string, unknown>): string {
  return `<p class="note">An output of the type ${escapeHtml(Object.keys(data).join(", ") || "(none)")}, which this page cannot show.</p>`;
}
