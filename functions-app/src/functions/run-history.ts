// The results of a run's steps, from its history: a failed run has no output, but its history contains them.

import type * as df from "durable-functions";
import { EXECUTOR, type ExecutorResult, type KeptSteps, type PipelineStep } from "../contract/executor-call.ts";
import { parsePipelineInput } from "../pipeline/pipeline-input.ts";

export type RunHistory = {
  runtimeStatus: string;
  /** One for each executed step. */
  results: ExecutorResult[];
  /** The steps that it kept from an earlier run. */
  kept?: KeptSteps;
  /** Undefined for an orchestration that was started without the initiator, with a different input. */
  steps?: PipelineStep[];
  output?: unknown;
  createdTime?: string;
  lastUpdatedTime?: string;
};

/**
 * The SDK requests the history, but reads a different key of the response than the one that Azure writes (`historyEvents`). Therefore
 * this function requests it from the same address.
 *
 * @returns undefined if there is no such run.
 */
export async function loadRunHistory(client: df.DurableClient, instanceId: string): Promise<RunHistory | undefined> {
  const url = statusUrl(client, instanceId);
  for (const [name, value] of Object.entries({ showHistory: "true", showHistoryOutput: "true", showInput: "true" })) {
    url.searchParams.set(name, value);
  }
  const response = await fetch(url);
  if (response.status === 404) return undefined;
  const body = Object(await response.json()) as Record<string, unknown>;
  const { runtimeStatus, historyEvents, output } = body;
  if (typeof runtimeStatus !== "string") {
    throw new Error(`The run's history could not be read: HTTP ${response.status}.`);
  }
  const events = Array.isArray(historyEvents) ? historyEvents : [];
  const times = { createdTime: String(body["createdTime"]), lastUpdatedTime: String(body["lastUpdatedTime"]) };
  return { runtimeStatus, results: events.flatMap(toResult), ...parseInput(body["input"]), output, ...times };
}

/** An orchestration that was started without the initiator may have any input; such an orchestration did not run. */
function parseInput(input: unknown): Pick<RunHistory, "kept" | "steps"> {
  try {
    const { kept, steps } = parsePipelineInput(typeof input === "string" ? JSON.parse(input) : input);
    return { steps, ...(kept && { kept }) };
  } catch {
    return {};
  }
}

function statusUrl(client: df.DurableClient, instanceId: string): URL {
  // The extension's own address on this machine. The SDK uses it as well but does not expose it.
  const { rpcBaseUrl } = (client as unknown as { clientData?: { rpcBaseUrl?: string } }).clientData ?? {};
  if (rpcBaseUrl) return new URL(`instances/${instanceId}`, rpcBaseUrl);
  return new URL(client.createHttpManagementPayload(instanceId).statusQueryGetUri);
}

function toResult(event: unknown): ExecutorResult[] {
  const { EventType, FunctionName, Result } = event as Record<string, unknown>;
  if (EventType !== "TaskCompleted" || FunctionName !== EXECUTOR) return [];
  const result = typeof Result === "string" ? JSON.parse(Result) : Result;
  return [result as ExecutorResult];
}
