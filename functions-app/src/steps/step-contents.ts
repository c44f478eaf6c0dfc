// The contents of a step: loads them from the call or from the run's blobs, and writes them to the step's folder.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeUtf8, fromUrlSafeBase64 } from "../contract/base64.ts";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { Content, ExecutorInput, StepFailure } from "../contract/executor-call.ts";
import { SOURCE_NAMES, type SourceName } from "../contract/initiate-request.ts";
import { parseSessionDescription, type SessionDescription } from "../contract/session-parts.ts";
import type { RunBlobs } from "./run-blobs.ts";
import type { SameYaml } from "./same-yaml.ts";
import { NO_FILES, readManifest, type StoredFiles } from "./stored-manifest.ts";

export type StepContents = {
  code: Buffer;
  sources: Partial<Record<SourceName, Buffer>>;
  session: IncomingSession | undefined;
  workspace: StoredFiles;
};

/** In dill's format, or in parts. */
export type IncomingSession = { kind: "plain"; content: Buffer } | { kind: "parts"; description: SessionDescription };

/** The step cannot run, for a reason that its user can fix. */
export class StepRefused extends Error {
  readonly failure: StepFailure;

  constructor(type: string, message: string) {
    super(message);
    this.failure = { type, message, traceback: "" };
  }
}

/** @throws StepRefused for a content that violates the contract; Error if a blob cannot be read. */
export async function loadContents(
  { instanceId, step, session, files }: ExecutorInput,
  blobs: RunBlobs,
): Promise<StepContents> {
  const load = (field: string, content: Content) =>
    typeof content === "string" ? decode(field, content) : blobs.load(instanceId, content);
  const sources = SOURCE_NAMES.map(async (name) => {
    const content = step.sources[name];
    return [name, content === undefined ? undefined : await load(name, content)];
  });
  const [code, loadedSession, loadedSources, workspace] = await Promise.all([
    load("the code", step.code),
    session && loadSession(instanceId, session.blob, blobs),
    Promise.all(sources),
    files === undefined ? NO_FILES : blobs.load(instanceId, files).then(parseFiles),
  ]);
  if (decodeUtf8(code) === undefined) throw new StepRefused("BadRequest", "The code is not UTF-8.");
  return { code, session: loadedSession, sources: Object.fromEntries(loadedSources), workspace };
}

/** @throws Error if it cannot be read, or is of a newer version. */
export async function loadSession(
  instanceId: string,
  blob: BlobReference,
  blobs: Pick<RunBlobs, "load">,
): Promise<IncomingSession> {
  const content = await blobs.load(instanceId, blob);
  const isPlain = !blob.name.startsWith(`${instanceId}/parts-`);
  return isPlain ? { kind: "plain", content } : { kind: "parts", description: parseSessionDescription(content) };
}

function parseFiles(stored: Buffer): StoredFiles {
  const found = readManifest(stored);
  if ("wrong" in found) throw new StepRefused("BadRequest", found.wrong);
  return found;
}

function decode(what: string, text: string): Buffer {
  const bytes = fromUrlSafeBase64(text);
  if (bytes === undefined) throw new StepRefused("BadRequest", `The base64 of ${what} is not valid.`);
  return bytes;
}

/** Writes the files that the runner expects into the step's folder. */
export async function layOut(
  folder: string,
  { code, sources, session }: StepContents,
  { json }: SameYaml,
): Promise<void> {
  const work = path.join(folder, "work");
  await mkdir(work, { recursive: true });
  const files: [string, Uint8Array | string | undefined][] = [
    [path.join(folder, "code.py"), code],
    [path.join(folder, "session.in"), session?.kind === "plain" ? session.content : undefined],
    [path.join(folder, "session.json"), session?.kind === "parts" ? JSON.stringify(session.description) : undefined],
    [path.join(folder, "same.json"), json],
    ...SOURCE_NAMES.map((name): [string, Buffer | undefined] => [path.join(work, name), sources[name]]),
  ];
  await Promise.all(files.map(([file, content]) => content !== undefined && writeFile(file, content)));
}
