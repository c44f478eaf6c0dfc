import { EventType, type HistoryEvent } from "../../history/events.ts";
import type { TaskMessage } from "../../messages/message-data.ts";

/**
 * Selects the messages of the batch that become events of the current execution, in order. A start comes first; a
 * second start, and messages to another generation, are dropped.
 *
 * @param executionId - The current execution's; null while it has not started.
 * @see Azure/durabletask, DurableTask.Core/TaskOrchestrationDispatcher.cs, ReconcileMessagesWithState
 */
export function mergeMessages(messages: readonly TaskMessage[], executionId: string | null): HistoryEvent[] {
  const isStart = (message: TaskMessage) => message.Event.EventType === EventType.ExecutionStarted;
  const starts = executionId === null ? messages.filter(isStart).slice(0, 1) : [];
  const current = executionId ?? starts[0]?.OrchestrationInstance.ExecutionId ?? null;
  if (current === null) return [];
  const others = messages.filter((it) => !isStart(it) && isFor(current, it));
  return [...starts, ...others].map((it) => it.Event);
}

function isFor(executionId: string, { OrchestrationInstance: { ExecutionId } }: TaskMessage): boolean {
  return ExecutionId === null || ExecutionId === "" || ExecutionId.toLowerCase() === executionId.toLowerCase();
}
