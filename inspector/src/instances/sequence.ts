import type { HistoryItem, InstanceDetail } from "../../../local/src/inspector/api.ts";
import { type EntityCall, entityCalls, isFailedAnswer, sentOperation } from "./entity-calls.ts";

export type Message = {
  at: string;
  from: string;
  to: string;
  text: string;
  isAnswer: boolean;
  isFailed: boolean;
};

type Sequence = { participants: string[]; messages: Message[] };

const CLIENT = "client";

/** The messages between participants, in order. */
export function toSequence({ name, history }: Pick<InstanceDetail, "name" | "history">): Sequence {
  const calls = entityCalls(history);
  const messages = history.flatMap((item) => toMessages(item, name, calls));
  messages.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const others = messages.flatMap(({ from, to }) => [from, to]).filter((it) => it !== CLIENT && it !== name);
  return { participants: [CLIENT, name, ...new Set(others)], messages };
}

function toMessages(item: HistoryItem, me: string, calls: ReadonlyMap<string, EntityCall>): Message[] {
  const { type, at, functionName = "", scheduledAt } = item;
  const said = { at, from: CLIENT, to: me, text: "", isAnswer: false, isFailed: false };
  const callOf = (from: string): Message => ({ ...said, at: from, from: me, to: functionName, text: "call" });
  const answer: Message = { ...said, from: functionName, to: me, text: "result", isAnswer: true };
  switch (type) {
    case "ExecutionStarted":
      return [{ ...said, text: "start" }];
    case "TaskScheduled":
    case "SubOrchestrationInstanceCreated":
      return [{ ...callOf(at), to: functionName || item.name || "" }];
    case "TaskCompleted":
    case "SubOrchestrationInstanceCompleted":
      return [callOf(scheduledAt ?? at), answer];
    case "TaskFailed":
    case "SubOrchestrationInstanceFailed":
      return [callOf(scheduledAt ?? at), { ...answer, text: "failure", isFailed: true }];
    case "EventRaised": {
      const { entity } = calls.get(item.name ?? "") ?? {};
      if (entity === undefined) return [{ ...said, text: item.name ?? "event" }];
      const isFailed = isFailedAnswer(item);
      return [{ ...answer, from: entity, isFailed, text: isFailed ? "failure" : "result" }];
    }
    case "EventSent":
      return [{ ...said, from: me, to: item.instanceId ?? "others", text: sentOperation(item) }];
    case "TimerFired":
      return [{ ...said, at: item.fireAt ?? at, from: me, text: "timer", to: me }];
    case "ExecutionCompleted": {
      const isFailed = item.status === "Failed";
      return [{ ...said, from: me, to: CLIENT, text: isFailed ? "failure" : "result", isAnswer: true, isFailed }];
    }
    default:
      return type.startsWith("Execution") ? [{ ...said, text: type.replace("Execution", "").toLowerCase() }] : [];
  }
}
