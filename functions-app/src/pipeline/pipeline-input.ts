import type { BlobReference } from "../contract/blob-reference.ts";
import type { Content, KeptSteps, PipelineStep } from "../contract/executor-call.ts";
import { isSameEnv } from "../contract/headers.ts";
import { SOURCE_NAMES } from "../contract/initiate-request.ts";
import { isCacheWish } from "../contract/step-cache.ts";

/**
 * Checks the shape of an orchestration's input. It may not come from the initiator, because Durable's own API starts orchestrations
 * too. The check is cheap, because it runs in every episode; contents are validated where they are decoded.
 *
 * @throws Error that names the field.
 */
export function parsePipelineInput(input: unknown): {
  steps: PipelineStep[];
  sameEnv?: string;
  files?: BlobReference;
  kept?: KeptSteps;
} {
  const known = ["steps", "same_env", "files", "kept"];
  const { steps, same_env: sameEnv, files, kept } = object("the input", input, known);
  if (!Array.isArray(steps) || steps.length === 0) throw wrong("steps", "must be a list of at least one step");
  const parsed = steps.map((step, index) => parseStep(`steps[${index}]`, step));
  if (sameEnv !== undefined && (typeof sameEnv !== "string" || !isSameEnv(sameEnv))) {
    throw wrong("same_env", "must be the name of an environment");
  }
  return {
    steps: parsed,
    ...(sameEnv !== undefined && { sameEnv }),
    ...(files !== undefined && { files: parseReference("files", files, "must name a blob") }),
    ...(kept !== undefined && { kept: parseKept(kept, parsed) }),
  };
}

/** The records are only passed on; the session and files are validated where they are loaded. */
function parseKept(value: unknown, steps: readonly PipelineStep[]): KeptSteps {
  const { records, session, files } = object("kept", value, ["records", "session", "files"]);
  const names = Array.isArray(records) ? records.map((record) => (Object(record) as { name?: unknown }).name) : [];
  const areFirst = names.every((name, index) => name === steps[index]?.name);
  if (names.length === 0 || names.length >= steps.length || !areFirst) {
    throw wrong("kept.records", "must be those of the first steps, but not of all");
  }
  if (session !== undefined) parseReference("kept.session.blob", Object(session).blob, "must name a blob");
  if (files !== undefined) parseReference("kept.files", files, "must name a blob");
  return value as KeptSteps;
}

function parseStep(field: string, step: unknown): PipelineStep {
  const known = ["name", "code", "sources", "cells", "keepsResults", "cache"];
  const { name, code, sources, cells, keepsResults, cache } = object(field, step, known);
  if (typeof name !== "string" || name === "") throw wrong(`${field}.name`, "must be a text");
  const given = object(`${field}.sources`, sources, SOURCE_NAMES);
  if (given["same.yaml"] === undefined) throw wrong(`${field}.sources["same.yaml"]`, "is missing");
  const parsed: PipelineStep = { name, code: parseContent(`${field}.code`, code), sources: {} };
  for (const source of SOURCE_NAMES) {
    const content = given[source];
    if (content !== undefined) parsed.sources[source] = parseContent(`${field}.sources["${source}"]`, content);
  }
  // Wrong numbers of lines can at worst split the code in odd places.
  if (cells !== undefined && !Array.isArray(cells)) throw wrong(`${field}.cells`, "must be a list");
  if (cache !== undefined && !isCacheWish(cache))
    throw wrong(`${field}.cache`, "must be { maxAgeSeconds?, notebook? }");
  return {
    ...parsed,
    ...(cells !== undefined && { cells: cells as NonNullable<PipelineStep["cells"]> }),
    ...(keepsResults === true && { keepsResults }),
    ...(cache !== undefined && { cache }),
  };
}

function parseContent(field: string, content: unknown): Content {
  return typeof content === "string" ? content : parseReference(field, content, "must be base64 or name a blob");
}

function parseReference(field: string, content: unknown, rule: string): BlobReference {
  const { container, name, sizeBytes, sha256 } = object(field, content, ["container", "name", "sizeBytes", "sha256"]);
  const isReference = [container, name, sha256].every((it) => typeof it === "string") && typeof sizeBytes === "number";
  if (!isReference) throw wrong(field, rule);
  return content as BlobReference;
}

function object(field: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(field, "must be an object");
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw wrong(field, `has the unknown key ${JSON.stringify(unknown)}`);
  return value as Record<string, unknown>;
}

const wrong = (field: string, detail: string): Error => new Error(`The run cannot start: ${field} ${detail}.`);
