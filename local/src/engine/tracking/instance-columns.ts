import { type ColumnValue, dateTime } from "../../storage/table-values.ts";
import { EventType, type ExecutionStartedEvent, type HistoryEvent } from "../history/events.ts";
import { statusName } from "../history/row-codec.ts";

type InstanceColumns = Record<string, ColumnValue>;

/** URLs of the blobs for values that the events' own members do not contain; null if they do. */
type PayloadUrls = { input: string | null; output: string | null };

/** The row's columns set by a start; the same for the client that sends it and the worker that processes it. */
export function startColumns(event: ExecutionStartedEvent, inputUrl: string | null): InstanceColumns {
  const input = inputUrl ?? event.Input;
  return {
    Name: event.Name,
    ...(event.Version === null ? {} : { Version: event.Version }),
    CreatedTime: dateTime(event.Timestamp),
    ...(input === null ? {} : { Input: input }),
    ...(event.ScheduledStartTime === null ? {} : { ScheduledStartTime: dateTime(event.ScheduledStartTime) }),
    ...(event.Generation === null ? {} : { Generation: event.Generation }),
    Tags: JSON.stringify(event.Tags),
  };
}

/**
 * The row's columns set by one new event; of several events, later ones win.
 *
 * @param now - UTC text, for `CompletedTime`.
 */
export function episodeColumns(event: HistoryEvent, urls: PayloadUrls, now: string): InstanceColumns {
  switch (event.EventType) {
    case EventType.ExecutionStarted:
      return { ...startColumns(event, urls.input), RuntimeStatus: "Running" };
    case EventType.ExecutionCompleted: {
      const failure = event.FailureDetails;
      const output = failure === null ? (urls.output ?? event.Result) : `${failure.ErrorType}: ${failure.ErrorMessage}`;
      return { RuntimeStatus: statusName(event.OrchestrationStatus), ...ended(output, now) };
    }
    case EventType.ExecutionTerminated:
      return { RuntimeStatus: "Terminated", ...ended(event.Input, now) };
    case EventType.GenericEvent:
      // Only a rewind sends one.
      return { RuntimeStatus: "Running" };
    case EventType.ExecutionSuspended:
      return { RuntimeStatus: "Suspended", Output: event.Reason ?? "" };
    case EventType.ExecutionResumed:
      return { RuntimeStatus: "Running", Output: event.Reason ?? "" };
    default:
      return {};
  }
}

function ended(output: string | null, now: string): InstanceColumns {
  const CompletedTime = dateTime(now);
  return output === null ? { CompletedTime } : { CompletedTime, Output: output };
}
