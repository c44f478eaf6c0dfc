import path from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_LIMITS } from "@same-kit/functions-app/contract";
import { OperationError } from "@same-kit/shared";
import { Document, parseDocument, visit } from "yaml";
import type { ToolkitErrorCode } from "../errors.ts";
import { configError, type LineOf, onLine, type SameConfig } from "./same-config.ts";

/** A data set that is a local file next to same.yaml, which the app cannot read. */
type LocalDataset = { name: string; environment: string; path: string; line?: number };

/** The local files among the data sets of one environment (`default` if a data set has no entry for it). */
export function listLocalDatasets(
  { datasets = {} }: SameConfig,
  sameEnv: string,
  lineOf: LineOf = null,
): LocalDataset[] {
  return Object.entries(datasets).flatMap(([name, { environments }]) => {
    const environment = Object.hasOwn(environments, sameEnv) ? sameEnv : "default";
    const location = environments[environment] as string;
    if (isUrl(location)) return [];
    const line = lineOf?.(["datasets", name, "environments", environment]);
    return [{ name, environment, path: toPath(location, line), ...(line !== undefined && { line }) }];
  });
}

const FILE_URL = /^file:\/\//i;

function toPath(location: string, line: number | undefined): string {
  try {
    return FILE_URL.test(location) ? fileURLToPath(location) : location;
  } catch (cause) {
    throw configError(`${location}${onLine(line)} is not the URL of a local file: ${(cause as Error).message}.`, cause);
  }
}

/** `C:\data.csv` is a path. */
function isUrl(location: string): boolean {
  return !FILE_URL.test(location) && /^[a-z][a-z0-9+.-]+:/i.test(location);
}

/**
 * The same.yaml for a step: the user's, with local data sets as `data:` URLs. The URL contains the file's name,
 * because its extension determines how the data set is read.
 *
 * @param configText - The user's YAML; null for a configuration that was part of a notebook.
 */
export function inlineDatasets(
  configText: string | null,
  config: SameConfig,
  contents: readonly { dataset: LocalDataset; content: Uint8Array }[],
): string {
  if (configText !== null && contents.length === 0) return configText;
  refuseTooLarge(contents.map(({ content }) => content.byteLength));
  const document = configText === null ? new Document(config) : parseEditable(configText);
  for (const { dataset, content } of contents) {
    document.setIn(["datasets", dataset.name, "environments", dataset.environment], toDataUrl(dataset.path, content));
  }
  return document.toString({ lineWidth: 0 });
}

function refuseTooLarge(sizes: readonly number[]): void {
  const size = sizes.reduce((sum, it) => sum + it, 0);
  if (size <= DEFAULT_LIMITS.bodyBytes) return;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_REQUEST_TOO_LARGE",
    message: `The local data sets of same.yaml have ${size} bytes; an app accepts requests of at most ${DEFAULT_LIMITS.bodyBytes}.`,
    hint: "Use http(s) URLs for large data sets instead of local files.",
  });
}

/** An alias shares its anchor's value, so changing it would change both: it is expanded. */
function parseEditable(text: string): Document {
  const document = parseDocument(text);
  let aliases = 0;
  visit(document, {
    Alias() {
      aliases += 1;
    },
  });
  return aliases === 0 ? document : new Document(document.toJS(), { aliasDuplicateObjects: false });
}

const MEDIA_TYPES: Record<string, string> = {
  ".csv": "text/csv",
  ".tsv": "text/tab-separated-values",
  ".json": "application/json",
  ".xml": "application/xml",
  ".html": "text/html",
  ".txt": "text/plain",
};

function toDataUrl(file: string, content: Uint8Array): string {
  const name = path.basename(file);
  const type = MEDIA_TYPES[path.extname(name).toLowerCase()] ?? "application/octet-stream";
  return `data:${type};name=${encodeURIComponent(name)};base64,${Buffer.from(content).toString("base64")}`;
}
