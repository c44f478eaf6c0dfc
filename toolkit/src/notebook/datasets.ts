import path from "node:path";
import { Document, parseDocument } from "yaml";
import type { SameConfig } from "./same-config.ts";

/** A data set that is a file beside same.yaml, and so cannot be reached by the app. */
export type LocalDataset = { name: string; environment: string; path: string };

/** The local files among the data sets of one environment (`default` where a data set has no entry for it). */
export function listLocalDatasets({ datasets = {} }: SameConfig, sameEnv: string): LocalDataset[] {
  return Object.entries(datasets).flatMap(([name, { environments }]) => {
    const environment = Object.hasOwn(environments, sameEnv) ? sameEnv : "default";
    const location = environments[environment] as string;
    return isUrl(location) ? [] : [{ name, environment, path: location }];
  });
}

/** `C:\data.csv` is a path. */
function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(location);
}

/**
 * The same.yaml that a step finds: what the user wrote, with local data sets as `data:` URLs. The file's name stays in the
 * URL, because its extension decides how the data set is read.
 *
 * @param configText - The user's YAML; null for a configuration that was part of a notebook.
 */
export function inlineDatasets(
  configText: string | null,
  config: SameConfig,
  contents: readonly { dataset: LocalDataset; content: Uint8Array }[],
): string {
  if (configText !== null && contents.length === 0) return configText;
  const document = configText === null ? new Document(config) : parseDocument(configText);
  for (const { dataset, content } of contents) {
    document.setIn(["datasets", dataset.name, "environments", dataset.environment], toDataUrl(dataset.path, content));
  }
  return document.toString({ lineWidth: 0 });
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
