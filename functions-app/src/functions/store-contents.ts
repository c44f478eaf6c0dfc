import { fromUrlSafeBase64 } from "../contract/base64.ts";
import type { Content, PipelineStep } from "../contract/executor-call.ts";
import { type InitiateRequest, SOURCE_NAMES } from "../contract/initiate-request.ts";
import type { RunBlobs } from "../steps/run-blobs.ts";

// Durable passes an orchestration's whole input to every episode, and each step's part to its activity again. Bodies up to this size
// are passed inline. For larger ones, large contents are passed by reference.
const SMALL_BODY_CHARACTERS = 64 * 1024;
const SMALL_CONTENT_CHARACTERS = 4 * 1024;

/** The steps, with large contents stored as blobs of the run; a file that several steps share is stored once. */
export async function storeContents(
  { steps }: InitiateRequest,
  instanceId: string,
  blobs: () => RunBlobs,
): Promise<PipelineStep[]> {
  const contents = steps.flatMap(({ code, sources }) => [code, ...SOURCE_NAMES.map((name) => sources[name] ?? "")]);
  if (contents.reduce((size, content) => size + content.length, 0) <= SMALL_BODY_CHARACTERS) return steps;
  const stored = new Map<string, Content>();
  for (const content of new Set(contents)) {
    if (content.length <= SMALL_CONTENT_CHARACTERS) continue;
    stored.set(content, await blobs().save(instanceId, "source", fromUrlSafeBase64(content) as Buffer));
  }
  const refer = (content: string): Content => stored.get(content) ?? content;
  return steps.map(({ code, sources, ...step }) => ({
    ...step,
    code: refer(code),
    sources: Object.fromEntries(Object.entries(sources).map(([source, content]) => [source, refer(content)])),
  }));
}
