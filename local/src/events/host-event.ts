import type { LogEntry } from "@same-kit/shared";

/**
 * What happens on a host, for programs: a display, another command, an inspector. Lines for people are derived from it in
 * `describe-event.ts`; nobody has to read those. The union is closed; `kind` is also the event's name on the wire.
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

/** It serves: storage, task hub, worker and port. */
export type HostReady = {
  kind: "host-ready";
  time: Date;
  url: string;
  hubName: string;
  /** As `--storage` takes it, without keys. */
  storage: string;
  pid: number;
  functions: readonly string[];
};

/** It accepts no new work; running calls get a moment to finish. */
export type HostStopping = { kind: "host-stopping"; time: Date };

/** A worker process has loaded the app: at start, after a change of its files, or after a crash. */
export type WorkerStarted = { kind: "worker-started"; time: Date; pid: number | null };

/** A worker process ended unexpectedly. */
export type WorkerEnded = {
  kind: "worker-ended";
  time: Date;
  code: number | null;
  signal: string | null;
  /** How often that has happened lately; the host gives up after a few. */
  crashes: number;
  lastOutput: string | null;
};

/** One call of one function. */
export type Invocation = {
  invocationId: string;
  functionName: string;
  /** For a Durable function: the orchestration that it belongs to. */
  instanceId: string | null;
};

export type FunctionStarted = Invocation & { kind: "function-started"; time: Date };

export type FunctionEnded = Invocation & {
  kind: "function-ended";
  time: Date;
  ok: boolean;
  durationMs: number;
  /** What it threw, or why no worker could run it; null where `ok`. */
  problem: string | null;
};

/** The app was asked over HTTP. Requests to the host itself, its admin API and webhooks, are none. */
export type RequestAnswered = {
  kind: "request-answered";
  time: Date;
  method: string;
  /** As it was sent, without the query, which may contain keys. */
  path: string;
  /** Null: the caller disconnected before the answer was sent. */
  status: number | null;
  durationMs: number;
};

/** An orchestrator set another custom status; what it has decided besides is stored and sent only after this. */
export type InstanceProgressed = {
  kind: "instance-progressed";
  time: Date;
  instanceId: string;
  functionName: string;
  customStatus: unknown;
  /** Read from a custom status with `step: { name, index, total }`, as same-kit's own app has; else null. */
  step: Step | null;
};

/** An orchestration has ended, and its status says so. */
export type InstanceEnded = {
  kind: "instance-ended";
  time: Date;
  instanceId: string;
  /** `Completed`, `Failed` or `Terminated`. */
  status: string;
};

/** `index` counts from 0. */
export type Step = { name: string; index: number; total: number };

/** One line: what the app's code printed (`source: "user"`), what a process printed, or the host's own words. */
export type LineWritten = { kind: "line" } & LogEntry;

/** A reader was too slow, or asked for events that are no longer kept. */
export type EventsMissed = { kind: "events-missed"; time: Date; count: number };

/** The orchestration that an event is about; null for those of the host. */
export function instanceOf(event: HostEvent): string | null {
  if (event.kind === "line") {
    const { instanceId } = event.fields;
    return typeof instanceId === "string" ? instanceId : null;
  }
  return "instanceId" in event ? event.instanceId : null;
}
