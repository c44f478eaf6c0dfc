import type { TaskHubClient } from "../engine/client.ts";
import { eventTypeName } from "../engine/history/event-members.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import type { SourceLines } from "../inspector/index.ts";
import { sourceLines } from "../replay/source-lines.ts";

type SourceDeps = { client: TaskHubClient; invoker: FunctionInvoker; settings: DurableTaskSettings };

/**
 * Replays an instance against the app's code to find where the code scheduled each action; null if there is no such
 * instance.
 */
export async function readSourceLines(
  instanceId: string,
  { client, invoker, settings }: SourceDeps,
): Promise<SourceLines | null> {
  const status = await client.getStatus(instanceId);
  if (status === null) return null;
  const { name, executionId } = status;
  const isKnown = invoker.durableFunctions().some((it) => it.kind === "orchestrator" && it.name === name);
  if (!isKnown) return { lines: [] };
  const events = await client.getHistory(instanceId, executionId);
  const found = await sourceLines({ instanceId, name, events, origins: new Map() }, { invoker, settings });
  return {
    lines: [...found].map(([event, source]) => ({
      at: event.Timestamp,
      name: "Name" in event && event.Name !== null ? event.Name : eventTypeName(event.EventType),
      source,
    })),
  };
}
