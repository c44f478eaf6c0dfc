// The messages between host and worker. Message and field names are those of FunctionRpc (Azure's worker protocol), so
// that an official worker can be put behind the same channel by translating field for field.

/** One value on the wire: exactly one member is set. */
export type TypedData =
  | { string: string }
  | { json: string }
  | { bytes: Uint8Array }
  | { int: number }
  | { double: number }
  | { http: RpcHttp }
  | { collectionString: { string: string[] } }
  /** What a client of a service's SDK is made of, by the package that the app registered for `source`. */
  | { modelBindingData: ModelBindingData };

export type ModelBindingData = { version: string; source: string; contentType: string; content: Uint8Array };

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

/** A binding as the app registered it; everything but `type`, `name` and `direction` is the binding's own. */
export type BindingInfo = { type: string; name: string; direction: "in" | "out"; [option: string]: unknown };

export type FunctionMetadata = {
  functionId: string;
  name: string;
  /** In the order of registration: trigger, extra inputs, `$return`, extra outputs. */
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
  /** So many events from the beginning of the kept history come before those that are sent. */
  keep: number;
  /** Instances whose histories need not be kept any longer. */
  drop: readonly string[];
};

/** A call that follows a failed one; the first call has none. */
export type RetryContext = {
  /** 1 for the first retry. */
  retryCount: number;
  /** -1 for no limit. */
  maxRetryCount: number;
  exception?: { message: string; stackTrace: string; source: string };
};

export type InvocationRequest = {
  kind: "invocationRequest";
  invocationId: string;
  functionId: string;
  /** `data` is absent for a value the handler receives as `undefined`. */
  inputData: readonly { name: string; data?: TypedData }[];
  triggerMetadata?: Record<string, TypedData>;
  history?: HistoryReference;
  /** What the app's code takes for the time, in ms since 1970; absent: the machine's. */
  nowMs?: number;
  /** An orchestrator's actions say where in the app's code they were asked for. */
  tracesSources?: boolean;
  /** `Date` is off by so much while the function's own code runs without waiting. */
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
        /** The handler returned `undefined` or `null`; the streaming mode cannot tell that otherwise. */
        isEmpty: boolean;
      }
    | { status: "failure"; exception: WorkerException }
    /** The worker does not have what the request's `history` builds on; nothing ran. */
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
  | { kind: "workerInitRequest"; functionAppDirectory: string; hostVersion: string }
  | InvocationRequest
  /** Run the appTerminate hooks, then exit with code 0. */
  | { kind: "workerTerminate" };

export type WorkerToHost =
  /** The process runs and listens. */
  | { kind: "startStream" }
  | WorkerInitResponse
  /** The app cannot be loaded; the process exits by itself. */
  | { kind: "workerInitFailure"; exception: WorkerException }
  | InvocationResponse
  | RpcLog;
