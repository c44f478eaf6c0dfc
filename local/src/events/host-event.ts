import type { LogEntry } from "@same-kit/shared";

/**
 * What happens on a host, for programs: a display, another command, an inspector. Log lines for people are derived from
 * these events in `describe-event.ts`, so nothing has to parse the lines. The union is closed; `kind` is also the
 * event's name on the wire.
 */
export type HostEvent =
  | HostReady
  | HostStopping
  | WorkerStarted
  | WorkerEnded
  | FunctionStarted
  | FunctionEnded
  | RequestAnswered
  | InstanceProgressed
  | InstanceEnded
  | LineWritten
  | EventsMissed;

export type HostEventKind = HostEvent["kind"];

/** The host serves: storage, task hub, worker and port are ready. */
export type HostReady = {
  kind: "host-ready";
  time: Date;
  url: string;
  hubName: string;
  /** In the format of `--storage`, without keys. */
  storage: string;
  pid: number;
  functions: readonly string[];
};

/** The host accepts no new work; running calls get a short time to finish. */
export type HostStopping = { kind: "host-stopping"; time: Date };

/** A worker process has loaded the app: at start, after a change of its files, or after a crash. */
type WorkerStarted = { kind: "worker-started"; time: Date; pid: number | null };

/** A worker process ended unexpectedly. */
type WorkerEnded = {
  kind: "worker-ended";
  time: Date;
  code: number | null;
  signal: string | null;
  /** Number of recent crashes; the host gives up after a few. */
  crashes: number;
  lastOutput: string | null;
};

/** One call of one function. */
export type Invocation = {
  invocationId: string;
  functionName: string;
  /** The orchestration of a Durable function; null for other functions. */
  instanceId: string | null;
};

type FunctionStarted = Invocation & { kind: "function-started"; time: Date };

type FunctionEnded = Invocation & {
  kind: "function-ended";
  time: Date;
  ok: boolean;
  durationMs: number;
  /** The error that the function threw, or why no worker could run it; null where `ok`. */
  problem: string | null;
};

/** The app answered an HTTP request. Requests to the host itself, its admin API and webhooks are not reported. */
type RequestAnswered = {
  kind: "request-answered";
  time: Date;
  method: string;
  /** The path as sent, without the query, which may contain keys. */
  path: string;
  /** Null if the caller disconnected before the response was sent. */
  status: number | null;
  durationMs: number;
};

/** An orchestrator set another custom status. Its other decisions are stored and sent only after this event. */
type InstanceProgressed = {
  kind: "instance-progressed";
  time: Date;
  instanceId: string;
  functionName: string;
  customStatus: unknown;
  /**
   * Parsed from a custom status of the form `step: { name, index, total }`, as set by same-kit's own app; otherwise
   * null.
   */
  step: Step | null;
};

/** An orchestration has ended, and its stored status says so. */
type InstanceEnded = {
  kind: "instance-ended";
  time: Date;
  instanceId: string;
  /** `Completed`, `Failed` or `Terminated`. */
  status: string;
};

/** `index` counts from 0. */
export type Step = { name: string; index: number; total: number };

/** One log line: written by the app's code (`source: "user"`), printed by a process, or written by the host. */
type LineWritten = { kind: "line" } & LogEntry;

/** The reader was too slow, or asked for events that are no longer kept. */
export type EventsMissed = { kind: "events-missed"; time: Date; count: number };

/** The orchestration that an event is about; null for an event of the host. */
export function instanceOf(event: HostEvent): string | null {
  if (event.kind === "line") {
    const { instanceId } = event.fields;
    return typeof instanceId === "string" ? instanceId : null;
  }
  return "instanceId" in event ? event.instanceId : null;
}
