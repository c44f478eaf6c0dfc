// The messages between host and worker. Message and field names are those of FunctionRpc (Azure's worker protocol), so
// that an official worker could be connected by translating field by field.

/** One value on the wire: exactly one member is set. */
export type TypedData =
  | { string: string }
  | { json: string }
  | { bytes: Uint8Array }
  | { int: number }
  | { double: number }
  | { http: RpcHttp }
  | { collectionString: { string: string[] } }
  /** Describes an SDK client, for the package that the app registered for `source`. */
  | { modelBindingData: ModelBindingData };

type ModelBindingData = { version: string; source: string; contentType: string; content: Uint8Array };

export type RpcHttpCookie = {
  name: string;
  value: string;
  domain?: { value: string };
  path?: { value: string };
  expires?: { value: { seconds: number } };
  secure?: { value: boolean };
  httpOnly?: { value: boolean };
  /** `none` means that the app set nothing; `explicitNone` is `SameSite=None`. */
  sameSite?: "none" | "lax" | "strict" | "explicitNone";
  maxAge?: { value: number };
};

export type RpcHttp = {
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  params?: Record<string, string>;
  body?: { bytes: Uint8Array };
  statusCode?: string;
  cookies?: RpcHttpCookie[];
  enableContentNegotiation?: boolean;
};

/**
 * A binding as the app registered it; all members besides `type`, `name` and `direction` are options of the binding.
 */
export type BindingInfo = { type: string; name: string; direction: "in" | "out"; [option: string]: unknown };

/** A function as the app registered it. */
export type FunctionMetadata = {
  functionId: string;
  name: string;
  /** In registration order: trigger, extra inputs, `$return`, extra outputs. */
  bindings: readonly BindingInfo[];
  scriptFile: string;
  directory: string;
  retryOptions?: unknown;
};

export type WorkerException = { message: string; stackTrace: string | null };

export type RpcLogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";

/** For an orchestrator's call: the history in its trigger's value continues the part that the worker keeps. */
export type HistoryReference = {
  instanceId: string;
  /** Number of events from the start of the kept history that precede the sent ones. */
  keep: number;
  /** Instances whose histories are no longer needed. */
  drop: readonly string[];
};

/** Set for a retry of a failed call; the first call has none. */
export type RetryContext = {
  /** 1 for the first retry. */
  retryCount: number;
  /** -1 for no limit. */
  maxRetryCount: number;
  exception?: { message: string; stackTrace: string; source: string };
};

/** One call of a function, by `functionId`. */
export type InvocationRequest = {
  kind: "invocationRequest";
  invocationId: string;
  functionId: string;
  /** `data` is absent for a value that the handler receives as `undefined`. */
  inputData: readonly { name: string; data?: TypedData }[];
  triggerMetadata?: Record<string, TypedData>;
  history?: HistoryReference;
  /** The time that the app's code sees, in milliseconds since the epoch. Default: the machine's. */
  nowMs?: number;
  /** Whether an orchestrator's actions record where in the app's code they were scheduled. */
  tracesSources?: boolean;
  /** Offset of `Date`, in milliseconds, while the function's own code runs synchronously. */
  dateShiftMs?: number;
  traceContext?: { traceParent: string; traceState: string; attributes: Record<string, string> };
  retryContext?: RetryContext;
};

export type InvocationResponse = {
  kind: "invocationResponse";
  invocationId: string;
  result:
    | {
        status: "success";
        returnValue?: TypedData;
        outputData: readonly { name: string; data: TypedData }[];
        /** Whether the handler returned `undefined` or `null`; streaming mode has no other way to tell. */
        isEmpty: boolean;
      }
    | { status: "failure"; exception: WorkerException }
    /** The worker does not have the history that the request's `history` builds on; nothing ran. */
    | { status: "historyMissing" };
};

export type WorkerInitResponse = {
  kind: "workerInitResponse";
  capabilities: Record<string, string>;
  functions: readonly FunctionMetadata[];
  nodeVersion: string;
  programmingModel: string;
};

export type RpcLog = {
  kind: "rpcLog";
  category: "user" | "system";
  level: RpcLogLevel;
  message: string;
  invocationId?: string;
};

export type HostToWorker =
  /** For a process that was started before its app was known; sent before everything else. */
  | {
      kind: "functionEnvironmentReloadRequest";
      environmentVariables: Readonly<Record<string, string>>;
      functionAppDirectory: string;
    }
  | { kind: "workerInitRequest"; functionAppDirectory: string; hostVersion: string }
  | InvocationRequest
  /** Run the appTerminate hooks, then exit with code 0. */
  | { kind: "workerTerminate" };

export type WorkerToHost =
  /** The process is running and listening. */
  | { kind: "startStream" }
  | WorkerInitResponse
  /** The app cannot be loaded; the process exits by itself. */
  | { kind: "workerInitFailure"; exception: WorkerException }
  | InvocationResponse
  | RpcLog
  /** The appTerminate hooks have run: no code of the app runs any more. */
  | { kind: "workerTerminated" };
