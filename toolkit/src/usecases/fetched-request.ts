import path from "node:path";
import { type InitiateRequest, toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import type { AnsweredWholeRun } from "../adapters/app/run-status.ts";
import type { RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import type { Step } from "../notebook/split-steps.ts";
import { cellNumbers, toRequestedNotebook } from "../results/requested-notebook.ts";
import type { RunHost } from "./run/run-host.ts";
import type { RunDeps } from "./run/run-state.ts";
import { SOURCE_NOTEBOOK } from "./run/save-results.ts";

/** The request that its client sent: for large contents, the app returns references. */
export async function loadRequest(
  { client }: RunHost,
  { id, requested }: AnsweredWholeRun,
  { signal }: RunDeps,
): Promise<InitiateRequest> {
  const loaded = new Map<string, Promise<string>>();
  const load = async (content: string | { name: string }): Promise<string> => {
    if (typeof content === "string") return content;
    const read = async () =>
      toUrlSafeBase64(Buffer.concat(await Array.fromAsync(client.readBlob(id, content.name, signal))));
    const text = loaded.get(content.name) ?? read();
    loaded.set(content.name, text);
    return text;
  };
  const steps: InitiateRequest["steps"] = [];
  for (const { code, sources, ...step } of requested ?? []) {
    const { "same.yaml": yaml = "", "requirements.txt": requirements } = sources;
    const known = {
      "same.yaml": await load(yaml),
      ...(requirements && { "requirements.txt": await load(requirements) }),
    };
    steps.push({ ...step, code: await load(code), sources: known });
  }
  return { steps };
}

export async function createRecord(
  records: RunRecords,
  { url, pid }: RunHost,
  { id, createdTime }: AnsweredWholeRun,
  request: InitiateRequest,
): Promise<RunFolder> {
  const record = {
    id,
    notebook: id,
    // The file that a later `resume` compiles.
    location: path.join(records.folderOf(id), SOURCE_NOTEBOOK),
    state: "running" as const,
    steps: request.steps.map(({ name }) => name),
    sameEnv: "default",
    startedAt: createdTime,
    endedAt: null,
    hostPid: pid,
    ownsHost: false,
    hubName: null,
    storage: null,
    python: null,
    appUrl: url,
    reason: null,
  };
  return records.create(record, request, { [SOURCE_NOTEBOOK]: toRequestedNotebook(request) });
}

/** With the position of its cells in the code, for tracebacks of an app that only names steps. */
export function toStep(step: InitiateRequest["steps"][number], index: number): Step {
  let firstLine = 1;
  const cells = cellNumbers(step, index).map(({ number, lines }) => {
    const range = { cell: number, firstLine, lineCount: lines };
    firstLine += lines;
    return range;
  });
  return { name: step.name, index, code: "", cells, tags: [], cache: null, environment: null };
}
