// The API between the inspector's page and its server. Both import this file, so it has no imports. Paths are relative
// to the page's own URL. Times are ISO 8601 in UTC; sizes are bytes.

/** What can be inspected: a deployed app shows only its instances and entities; a storage also shows its hub. */
export type Capabilities = {
  /** `GET api/hub`. */
  hub: boolean;
  /** `GET api/runs`: notebook runs are recorded here. */
  runs: boolean;
  /** Whether host events arrive in the stream as they happen; otherwise only changes of instances do. */
  events: boolean;
  /** `GET api/sources`. */
  sources: boolean;
  /** `GET api/traces`: spans of the app are stored here. */
  traces: boolean;
  /** Whether instances and entities can be changed. */
  actions: boolean;
};

export type InspectedFunction = {
  name: string;
  /** As registered, such as `httpTrigger`. */
  triggerType: string;
  /** For an HTTP function: the URL with its route template. */
  url?: string;
  /** For an HTTP function, upper case; empty: all. */
  methods?: readonly string[];
  isDisabled: boolean;
  /** A remark, for example why its trigger does not fire here. */
  note?: string;
  /** Why the function is not served. */
  errors: readonly string[];
};

/** A host on this machine. */
export type InspectedHost = {
  url: string;
  /** The inspector page of that host. */
  inspectorUrl: string;
  pid: number;
  hubName: string;
  appDir: string;
  startedAt: string;
  /** Whether it is the host that answers. */
  isThis: boolean;
};

/** `GET api/home` */
export type Home = {
  /** `host`: on this machine; `app`: deployed, through its management API; `storage`: a task hub without a host. */
  kind: "host" | "app" | "storage";
  /** Its location: a URL, or a storage without its key. */
  where: string;
  hubName: string | null;
  /** In the format of `--storage`, without keys; null if unknown. */
  storage: string | null;
  version: string;
  nodeVersion: string | null;
  /** `Running` …; null if it is not a host. */
  state: string | null;
  functions: readonly InspectedFunction[];
  hosts: readonly InspectedHost[];
  can: Capabilities;
  /** Sent back in the header {@link TOKEN_HEADER} with every request that changes something; renewed on each start. */
  token: string;
};

export const TOKEN_HEADER = "x-samekit-token";

export type InstanceStatusName =
  | "Pending"
  | "Running"
  | "Suspended"
  | "Completed"
  | "Failed"
  | "Terminated"
  | "Canceled"
  | "ContinuedAsNew";

/** One row of the list. Kept short, because there are thousands. */
export type InstanceSummary = {
  id: string;
  name: string;
  status: InstanceStatusName;
  createdAt: string;
  updatedAt: string;
  /** For a notebook run: the current step; `index` counts from 0. */
  step?: { name: string; index: number; total: number };
};

/** `GET api/instances`, newest first. */
export type InstanceList = {
  instances: readonly InstanceSummary[];
  /** Number of older instances left out. */
  omitted: number;
};

/** A value that may be large. A value above {@link MAX_INLINE_BYTES} is fetched with `GET api/payload?id=…&path=…`. */
export type Payload = { json: unknown } | { bytes: number; preview: string; path: string };

/** Size of the JSON text. */
export const MAX_INLINE_BYTES = 4096;

/** One item in the management API's format, where a call and its result are one item. Payload members are separate. */
export type HistoryItem = {
  /** `ExecutionStarted`, `TaskCompleted`, `TimerCreated` … */
  type: string;
  /** When it happened. */
  at: string;
  /** For the result of a call: when the call was scheduled. */
  scheduledAt?: string;
  functionName?: string;
  /** The name of an event. */
  name?: string;
  /** The sub-orchestration. */
  instanceId?: string;
  /** When a timer is due. */
  fireAt?: string;
  /** Why it failed or was suspended. */
  reason?: string;
  /** For `ExecutionCompleted`. */
  status?: string;
  input?: Payload;
  result?: Payload;
  details?: Payload;
};

/** `GET api/instance?id=ID`; 404 if it does not exist. */
export type InstanceDetail = InstanceSummary & {
  version: string | null;
  input: Payload;
  output: Payload;
  customStatus: Payload;
  history: readonly HistoryItem[];
};

/** `GET api/sources?id=ID`, if the host can replay the app's code; otherwise 404. */
export type SourceLines = {
  /** A scheduled call, timer or event: when, what, and where in the code, such as `src/order.js:12:34`. */
  lines: readonly { at: string; name: string; source: string }[];
};

/** `POST api/instance/ACTION?id=ID` with {@link ActionBody} as JSON. The response is {@link ActionAnswer}. */
export type InstanceAction = "raise" | "suspend" | "resume" | "terminate" | "restart" | "rewind" | "purge";

export type ActionBody = {
  reason?: string;
  /** For `raise`. */
  event?: string;
  /** For `raise`, and for an entity operation. */
  data?: unknown;
  /** For `restart`. */
  sameId?: boolean;
};

export type ActionAnswer = { instanceId: string };

/** `POST api/start?name=ORCHESTRATOR`. The response is {@link ActionAnswer}. */
export type StartBody = { id?: string; input?: unknown };

/** `POST api/purge`: purges ended instances by id. The response is `{ purged: number }`. */
export type PurgeBody = { ids: readonly string[] };

export type EntitySummary = { name: string; key: string; lastOperationAt: string; state: Payload };

/** `GET api/entities` */
export type EntityList = {
  entities: readonly EntitySummary[];
  /** Whether there are more than the listed ones. */
  hasMore: boolean;
};

/** `GET api/entity?name=NAME&key=KEY`; members that are unknown without the storage are null. */
export type EntityDetail = EntitySummary & {
  /** The instance that holds its lock. */
  lockedBy: string | null;
  /** Operations waiting in its queue. */
  pending: readonly { operation: string; from: string | null; isSignal: boolean }[] | null;
};

export type QueueState = {
  name: string;
  /** Number of messages, including hidden ones; null: the queue does not exist. */
  messages: number | null;
  /** When the oldest visible message arrived. */
  oldestAt: string | null;
};

/** `GET api/hub` */
export type HubState = {
  hubName: string;
  storage: string;
  partitions: readonly (QueueState & {
    /** The host that reads it; null: none. */
    owner: string | null;
    /** The host that has requested it. */
    nextOwner: string | null;
    leaseExpiresAt: string | null;
  })[];
  workItems: QueueState;
  /** Queues of messages that a function failed to handle. */
  poison: readonly QueueState[];
};

export type RunState = "running" | "completed" | "failed" | "terminated" | "suspended" | "lost";

export type RunSummary = {
  id: string;
  /** The notebook's file name. */
  notebook: string;
  state: RunState;
  steps: readonly string[];
  startedAt: string;
  endedAt: string | null;
  /** Why it did not complete. */
  reason: string | null;
  /** The run whose first steps it reuses. */
  continues: { id: string; steps: number } | null;
};

/** `GET api/runs`, newest first. */
export type RunList = { runs: readonly RunSummary[] };

export type RunFile = {
  /** Relative to the run's folder, with `/`. */
  path: string;
  bytes: number;
};

export type RunStep = {
  name: string;
  /** `ok`, `failed`, `kept`, `cached` …; null: not started. */
  state: string | null;
  durationMs: number | null;
};

/** `GET api/run?id=ID`; each file is `GET api/run/file?id=ID&path=PATH`, always sandboxed. */
export type RunDetail = RunSummary & {
  location: string;
  parameters: Readonly<Record<string, unknown>>;
  python: string | null;
  storage: string | null;
  stepResults: readonly RunStep[];
  /** The rest of the run's summary, as in its `--json` output; null while it runs. */
  summary: unknown;
  files: readonly RunFile[];
  /** Path of the report among the files; null: there is none. */
  report: string | null;
  /** The command that continues it; null if it cannot be continued. */
  resumeCommand: string | null;
};

/** `POST api/run/resume?id=ID` continues the run in the background. `POST api/run/cancel?id=ID` ends it. */
export type RunAction = "resume" | "cancel";

/** `GET api/traces`, newest first. */
export type TraceList = {
  traces: readonly TraceSummary[];
  /** Number of older traces left out. */
  omitted: number;
};

export type TraceSummary = {
  id: string;
  /** The name of its first span. */
  name: string;
  startedAt: string;
  durationMs: number;
  spans: number;
  isFailed: boolean;
};

/** `GET api/trace?id=TRACE`, or `?instance=ID` for all traces that an instance is in; ordered by start time. */
export type TraceDetail = {
  spans: readonly TraceSpan[];
  /** Number of later spans left out. */
  omitted: number;
};

export type TraceSpan = {
  traceId: string;
  id: string;
  /** Null for the first span of a trace. The parent may not be stored here. */
  parentId: string | null;
  name: string;
  kind: "internal" | "server" | "client" | "producer" | "consumer";
  /** Milliseconds since the epoch, with fractions. */
  startMs: number;
  endMs: number;
  /** Why it ended with an error; null: no error. */
  problem: string | null;
  attributes: Readonly<Record<string, string | number | boolean>>;
};

/** What happened on a host; a subset of `events/host-event.ts`. */
export type StreamEvent = { at: string; instanceId: string | null } & (
  | { kind: "line"; level: string; source: string; text: string }
  | { kind: "function-started"; functionName: string; invocationId: string }
  | {
      kind: "function-ended";
      functionName: string;
      invocationId: string;
      ok: boolean;
      durationMs: number;
      problem: string | null;
    }
  | { kind: "request"; method: string; path: string; status: number | null; durationMs: number }
);

/** `GET api/stream`: server-sent events; `event:` is the kind, `data:` one of these as JSON. */
export type StreamMessage =
  /** Sent first, and again after the stream was resumed. */
  | { kind: "hello"; token: string }
  | { kind: "instances"; changed: readonly InstanceSummary[]; removed: readonly string[] }
  /** At most a few hundred per second; `missed` counts the ones left out. */
  | { kind: "events"; events: readonly StreamEvent[]; missed: number };

/** The body of every response with a status of 400 or above. */
export type Problem = { error: string; hint?: string };
