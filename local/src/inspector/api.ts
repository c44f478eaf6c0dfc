// What the inspector's page asks its server, and what it is answered; both import it, so it imports nothing. Paths are below the page's own
// address. Times are ISO 8601 in UTC; sizes are bytes.

/** Which parts there are to see: a deployed app shows its instances and entities only, a storage its hub too. */
export type Capabilities = {
  /** `GET api/hub`. */
  hub: boolean;
  /** `GET api/runs`: runs of notebooks are recorded here. */
  runs: boolean;
  /** Host events arrive in the stream as they happen; otherwise only changes of instances do. */
  events: boolean;
  /** `GET api/sources`. */
  sources: boolean;
  /** `GET api/traces`: spans of the app are kept here. */
  traces: boolean;
  /** Instances and entities may be changed. */
  actions: boolean;
};

export type InspectedFunction = {
  name: string;
  /** As registered, such as `httpTrigger`. */
  triggerType: string;
  /** For an HTTP function: its URL with the route's template. */
  url?: string;
  /** For an HTTP function, upper case; empty: all. */
  methods?: readonly string[];
  isDisabled: boolean;
  /** A remark, such as why its trigger does not fire here. */
  note?: string;
  /** Why it is not served. */
  errors: readonly string[];
};

/** A host of this machine. */
export type InspectedHost = {
  url: string;
  /** The page of that host. */
  inspectorUrl: string;
  pid: number;
  hubName: string;
  appDir: string;
  startedAt: string;
  /** The one that answers. */
  isThis: boolean;
};

/** `GET api/home` */
export type Home = {
  /** `host`: on this machine; `app`: deployed, by its management API; `storage`: a task hub without a host. */
  kind: "host" | "app" | "storage";
  /** Where: a URL, or a storage without its key. */
  where: string;
  hubName: string | null;
  /** As `--storage` takes it, without keys; null where it is not known. */
  storage: string | null;
  version: string;
  nodeVersion: string | null;
  /** `Running` …; null for what is not a host. */
  state: string | null;
  functions: readonly InspectedFunction[];
  hosts: readonly InspectedHost[];
  can: Capabilities;
  /** Sent back in the header {@link TOKEN_HEADER} with every request that changes something; another one after each start. */
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

/** One row of the list; short, because there are thousands. */
export type InstanceSummary = {
  id: string;
  name: string;
  status: InstanceStatusName;
  createdAt: string;
  updatedAt: string;
  /** For a run of a notebook: the step that it is at; `index` counts from 0. */
  step?: { name: string; index: number; total: number };
};

/** `GET api/instances`: the newest first. */
export type InstanceList = {
  instances: readonly InstanceSummary[];
  /** How many older ones are left out. */
  omitted: number;
};

/** A value that may be large. What exceeds {@link MAX_INLINE_BYTES} is fetched by `GET api/payload?id=…&path=…`. */
export type Payload = { json: unknown } | { bytes: number; preview: string; path: string };

/** Counted in the JSON text. */
export const MAX_INLINE_BYTES = 4096;

/** One item as the management API shows it: a call and its result are one. Payload members are apart. */
export type HistoryItem = {
  /** `ExecutionStarted`, `TaskCompleted`, `TimerCreated` … */
  type: string;
  /** When it happened. */
  at: string;
  /** For a call's result: when the call was scheduled. */
  scheduledAt?: string;
  functionName?: string;
  /** The name of an event. */
  name?: string;
  /** The sub-orchestration. */
  instanceId?: string;
  /** When a timer is due. */
  fireAt?: string;
  /** Why it failed, or was suspended. */
  reason?: string;
  /** For `ExecutionCompleted`. */
  status?: string;
  input?: Payload;
  result?: Payload;
  details?: Payload;
};

/** `GET api/instance?id=ID`; 404 where there is none. */
export type InstanceDetail = InstanceSummary & {
  version: string | null;
  input: Payload;
  output: Payload;
  customStatus: Payload;
  history: readonly HistoryItem[];
};

/** `GET api/sources?id=ID`, where the host can ask the app's code; 404 elsewhere. */
export type SourceLines = {
  /** A call, timer or event that was asked for: when, what, and where in the code, such as `src/order.js:12:34`. */
  lines: readonly { at: string; name: string; source: string }[];
};

/** `POST api/instance/ACTION?id=ID`; the body is {@link ActionBody} as JSON. Answered by {@link ActionAnswer}. */
export type InstanceAction = "raise" | "suspend" | "resume" | "terminate" | "restart" | "rewind" | "purge";

export type ActionBody = {
  reason?: string;
  /** For `raise`. */
  event?: string;
  /** For `raise`, and for an operation of an entity. */
  data?: unknown;
  /** For `restart`. */
  sameId?: boolean;
};

export type ActionAnswer = { instanceId: string };

/** `POST api/start?name=ORCHESTRATOR`; answered by {@link ActionAnswer}. */
export type StartBody = { id?: string; input?: unknown };

/** `POST api/purge`: ended instances by id. Answered by `{ purged: number }`. */
export type PurgeBody = { ids: readonly string[] };

export type EntitySummary = { name: string; key: string; lastOperationAt: string; state: Payload };

/** `GET api/entities` */
export type EntityList = {
  entities: readonly EntitySummary[];
  /** There are more than are listed. */
  hasMore: boolean;
};

/** `GET api/entity?name=NAME&key=KEY`; what of it is not known without the storage is null. */
export type EntityDetail = EntitySummary & {
  /** The instance that has it locked. */
  lockedBy: string | null;
  /** Operations that wait in its queue. */
  pending: readonly { operation: string; from: string | null; isSignal: boolean }[] | null;
};

export type QueueState = {
  name: string;
  /** Messages in it, hidden ones too; null: the queue does not exist. */
  messages: number | null;
  /** When the oldest visible message came. */
  oldestAt: string | null;
};

/** `GET api/hub` */
export type HubState = {
  hubName: string;
  storage: string;
  partitions: readonly (QueueState & {
    /** The host that reads it; null: none. */
    owner: string | null;
    /** The host that wants it. */
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
  /** The run whose first steps it keeps. */
  continues: { id: string; steps: number } | null;
};

/** `GET api/runs`: the newest first. */
export type RunList = { runs: readonly RunSummary[] };

export type RunFile = {
  /** Below the run's folder, with `/`. */
  path: string;
  bytes: number;
};

export type RunStep = {
  name: string;
  /** `ok`, `failed`, `kept`, `cached` …; null: not begun. */
  state: string | null;
  durationMs: number | null;
};

/** `GET api/run?id=ID`; a file of it is `GET api/run/file?id=ID&path=PATH`, always in a sandbox of its own. */
export type RunDetail = RunSummary & {
  location: string;
  parameters: Readonly<Record<string, unknown>>;
  python: string | null;
  storage: string | null;
  stepResults: readonly RunStep[];
  /** What the run's summary says besides, as its `--json` does; null while it runs. */
  summary: unknown;
  files: readonly RunFile[];
  /** The path of the report among the files; null: there is none. */
  report: string | null;
  /** How it is continued from the command line; null where it cannot be. */
  resumeCommand: string | null;
};

/** `POST api/run/resume?id=ID`: continues it in the background. `POST api/run/cancel?id=ID`: ends it. */
export type RunAction = "resume" | "cancel";

/** `GET api/traces`: the newest first. */
export type TraceList = {
  traces: readonly TraceSummary[];
  /** How many older ones are left out. */
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

/** `GET api/trace?id=TRACE`, or `?instance=ID` for all traces that an instance is in; in order of their begin. */
export type TraceDetail = {
  spans: readonly TraceSpan[];
  /** How many later ones are left out. */
  omitted: number;
};

export type TraceSpan = {
  traceId: string;
  id: string;
  /** Null for the first of a trace; it may be a span that is not here. */
  parentId: string | null;
  name: string;
  kind: "internal" | "server" | "client" | "producer" | "consumer";
  /** In ms since 1970, with fractions. */
  startMs: number;
  endMs: number;
  /** Why it ended with an error; null: it did not. */
  problem: string | null;
  attributes: Readonly<Record<string, string | number | boolean>>;
};

/** What happened on a host, of what `events/host-event.ts` knows. */
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
  /** First, and again after the stream was resumed. */
  | { kind: "hello"; token: string }
  | { kind: "instances"; changed: readonly InstanceSummary[]; removed: readonly string[] }
  /** At most a few hundred a second: `missed` says how many more there were. */
  | { kind: "events"; events: readonly StreamEvent[]; missed: number };

/** The body of every answer with a status of 400 or more. */
export type Problem = { error: string; hint?: string };
