// The published types of `same-kit/testing`. This file has no imports: the build ships it as the package's
// declarations.

/** Milliseconds, or a text such as `30d`, `1h30m`, `45s`. */
export type Duration = number | string;

/** Types of an app's orchestrators, by name. Pass them to `startLocalApp` to type the client. */
export type OrchestratorTypes = { [name: string]: { input: unknown; output: unknown } };

/** An instance id; its type carries the output type of the orchestrator. */
export type InstanceId<Output = unknown> = string & { readonly __output?: Output };

export type RuntimeStatus = "Pending" | "Running" | "Suspended" | "Completed" | "Failed" | "Terminated" | "Canceled";

/** The status of an orchestration. */
export interface InstanceState<Output = unknown> {
  instanceId: InstanceId<Output>;
  name: string;
  status: RuntimeStatus;
  input: unknown;
  /** The result; for a failed instance, the text of its error; null while it runs. */
  output: Output;
  customStatus: unknown;
  createdAt: string;
  lastUpdatedAt: string;
}

/** One event of a history, with members named as in Azure. */
export interface RecordedEvent {
  EventType: string | number;
  [member: string]: unknown;
}

/** A response of the management API with `showHistory=true&showHistoryOutput=true`, or only its events. */
export type RecordedHistory =
  | readonly RecordedEvent[]
  | {
      name?: string;
      instanceId?: string;
      runtimeStatus?: string;
      input?: unknown;
      output?: unknown;
      version?: string;
      createdTime?: string;
      historyEvents: readonly RecordedEvent[];
      [member: string]: unknown;
    };

/** Identifies an entity by its class name and key. */
export interface EntityId {
  name: string;
  key: string;
}

/** Options of a start. */
export interface StartOptions {
  /** Default: a new id. */
  instanceId?: string;
  /** The orchestration's version. Default: `defaultVersion` of host.json. */
  version?: string;
}

/** Starts and controls orchestrations and entities from a test: the calls of the Durable client. */
export interface AppClient<Types extends OrchestratorTypes = OrchestratorTypes> {
  /** Starts an orchestration. */
  start<Name extends keyof Types & string>(
    name: Name,
    input?: Types[Name]["input"],
    options?: StartOptions,
  ): Promise<InstanceId<Types[Name]["output"]>>;
  /**
   * Resolves when the instance has ended, successfully or not. With a virtual clock, rejects as soon as nothing more
   * can happen, and reports what the instance waits for.
   */
  wait<Output = unknown>(
    instanceId: InstanceId<Output>,
    options?: { timeoutMs?: number },
  ): Promise<InstanceState<Output>>;
  /** Starts an orchestration, lets all its timers elapse, and returns its output. Rejects if it fails. */
  run<Name extends keyof Types & string>(
    name: Name,
    input?: Types[Name]["input"],
    options?: StartOptions,
  ): Promise<Types[Name]["output"]>;
  status<Output = unknown>(instanceId: InstanceId<Output>): Promise<InstanceState<Output> | null>;
  /** Raises an external event. With a virtual clock, resolves when everything that follows from it has happened. */
  raise(instanceId: string, eventName: string, data?: unknown): Promise<void>;
  terminate(instanceId: string, reason?: string): Promise<void>;
  suspend(instanceId: string, reason?: string): Promise<void>;
  resume(instanceId: string, reason?: string): Promise<void>;
  /** Deletes an instance and its history. @returns Whether it existed. */
  purge(instanceId: string): Promise<boolean>;
  /** The app's orchestrations; at most 100. */
  list(): Promise<InstanceState[]>;
  /** Signals an entity. With a virtual clock, resolves when everything that follows from it has happened. */
  signal(entity: EntityId, operation: string, input?: unknown): Promise<void>;
  /** An entity's state; null if the entity does not exist or has no state. */
  entity<State = unknown>(entity: EntityId): Promise<State | null>;
  /** All history events so far, as the engine stores them. */
  history(instanceId: string): Promise<RecordedEvent[]>;
}

/** The app's time: the engine's, and that of `Date` in the app's code. */
export interface AppClock {
  now(): Date;
  /**
   * Advances time at once: timers, retry delays and everything else due in that period happen in order, each at its own
   * time. Resolves when everything that follows has happened.
   */
  advance(duration: Duration): Promise<void>;
  /** Advances time until no timers are left, or, given an instance, until that instance has ended. */
  skipTimers(instanceId?: string): Promise<void>;
  /** Resolves when everything that needs no time to pass has happened. */
  settle(): Promise<void>;
}

/** One call of a mocked function; `instanceId`: the orchestration that calls an activity, or a mocked one's own id. */
export interface MockCall<Input = unknown> {
  input: Input;
  instanceId: string;
}

export type ActivityMock<Input = unknown, Output = unknown> = (
  input: Input,
  call: MockCall<Input>,
) => Output | Promise<Output>;

/** A function that the test answers. */
export interface Mock<Input = unknown> {
  /** The calls so far, in order. */
  readonly calls: readonly MockCall<Input>[];
  /** Restores the app's own function for subsequent calls. */
  restore(): void;
}

/** One operation on a mocked entity. */
export interface EntityMockCall {
  entity: EntityId;
  operation: string;
  input: unknown;
  /** Whether the caller does not wait for the result. */
  isSignal: boolean;
  /** The entity's state before the operation; undefined if it has none. */
  state: unknown;
  setState(state: unknown): void;
}

/** Handles an operation: its return value is the result, and what it throws is the error. */
export type EntityMock = (call: EntityMockCall) => unknown;

/** An entity that the test answers. */
export interface MockedEntity {
  readonly calls: readonly EntityMockCall[];
  /** Restores the app's own function for subsequent calls. */
  restore(): void;
}

/** Options of a simulated failure. */
export interface FailureOptions {
  /** How many calls fail. Default: 1. */
  times?: number;
}

/** One line that the app, or same-kit, logged. */
export interface LogLine {
  level: "trace" | "debug" | "info" | "warn" | "error";
  /**
   * Who wrote the line: the app's code (`user`), its process (`console`), or same-kit (`system`; `request` for an
   * answered request).
   */
  source: "user" | "console" | "system" | "request";
  message: string;
  functionName?: string;
  instanceId?: string;
}

/** One step of an orchestration. Times are relative to its start, and ids that differ between runs are left out. */
export interface SnapshotStep {
  /** When it was scheduled, such as `3d`; absent with a real clock. */
  at?: string;
  activity?: string;
  subOrchestration?: string;
  timer?: string;
  event?: string;
  /** For a message to an entity: `@counter@a`, with its operation. */
  entity?: string;
  operation?: string;
  input?: unknown;
  data?: unknown;
  result?: unknown;
  failed?: string;
  /** When its result arrived, if later than `at`. */
  endedAt?: string;
  /** It had no result when the snapshot was taken. */
  isOpen?: true;
  /** A timer that the orchestrator canceled. */
  isCanceled?: true;
}

/** A history that is the same in every run, for `toMatchSnapshot()` and `assert.deepEqual`. */
export interface HistorySnapshot {
  name: string;
  status: RuntimeStatus;
  input: unknown;
  output: unknown;
  customStatus?: unknown;
  steps: SnapshotStep[];
}

/** The first point at which today's code differs from the recording. */
export interface Divergence {
  /** The recorded event, with members as recorded; null if the code does something that was not recorded. */
  event: RecordedEvent | null;
  /** The event's index in the recorded history, from 0; null without an event. */
  eventIndex: number | null;
  /** What was recorded at this point, in words. `actual` says what the code does now. */
  recorded: string;
  actual: string;
  /** Where the orchestrator schedules what it does now: `src/functions/order.js:12:34`; null if unknown. */
  source: string | null;
  /** The whole divergence in one sentence. */
  message: string;
}

/** The result of replaying one instance. */
export interface ReplayReport {
  instanceId: string;
  name: string;
  /** Null if today's code does what was recorded. */
  divergence: Divergence | null;
}

/** Options of {@link StartLocalApp}. */
export interface LocalAppOptions {
  /**
   * `memory` (default): everything in this process. `azurite`: a real Azurite, with its data in memory and a real
   * clock.
   */
  storage?: "memory" | "azurite";
  /** `virtual` (default with `memory`): time stands still until the test advances it. `real`: the machine's time. */
  clock?: "virtual" | "real";
  /** Start time of a virtual clock. Default: now. */
  now?: Date | string;
  /** Take precedence over local.settings.json and the environment. */
  appSettings?: Record<string, string>;
  /**
   * Runs the app under the worst conditions that a cloud permits: every orchestrator is called twice for every single
   * event, at different times of day, and non-deterministic code fails with the event and its source line; messages
   * arrive out of order, and some twice. The number is the random seed.
   */
  hostile?: number;
  /** Real-time limit for any operation. Default: 10 seconds. */
  timeoutMs?: number;
  /** Called for every line of the app, and every warning of same-kit, as it is written. */
  onLog?: (line: LogLine) => void;
}

/** A running app. Stop it when the tests are over, or declare it with `await using`. */
export interface LocalApp<Types extends OrchestratorTypes = OrchestratorTypes> extends AsyncDisposable {
  /** `http://localhost:PORT` */
  readonly url: string;
  readonly client: AppClient<Types>;
  readonly clock: AppClock;
  /** What the app has logged and printed so far, and warnings of same-kit. */
  readonly logs: readonly LogLine[];
  /** Calls an HTTP function, given a path such as `/api/orders` or a URL that the app returned. */
  fetch(path: string | URL, init?: RequestInit): Promise<Response>;
  /**
   * Calls a function whose trigger does not fire by itself here, such as a timer or queue trigger. Rejects with the
   * error that it throws.
   */
  trigger(functionName: string, data?: unknown): Promise<unknown>;
  /** Replaces an activity with a function of the test, whether or not the app has an activity of that name. */
  mockActivity<Input = unknown>(name: string, mock: ActivityMock<Input>): Mock<Input>;
  /** Makes the next calls of an activity fail; after that, a mock or the app's own function answers again. */
  failActivity(name: string, error?: string | Error, options?: FailureOptions): void;
  /** Replaces a sub-orchestration with a function of the test. */
  mockOrchestrator<Input = unknown>(name: string, mock: ActivityMock<Input>): Mock<Input>;
  /**
   * Replaces an entity's operations with a function of the test. The engine still keeps its state, orders its
   * operations and handles its lock.
   */
  mockEntity(name: string, mock: EntityMock): MockedEntity;
  /** Removes all mocks and failures. */
  restoreMocks(): void;
  snapshot(instanceId: string): Promise<HistorySnapshot>;
  /** Replays a recorded history against the app's current code. */
  replay(history: RecordedHistory): Promise<ReplayReport>;
  /** Stops everything. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Boots the Functions app in `appDir`: the folder with host.json and package.json.
 *
 * @example
 * const app = await startLocalApp(".");
 * const id = await app.client.start("order", { item: "book" });
 * await app.clock.advance("30d");
 * assert.equal((await app.client.wait(id)).output, "shipped");
 */
export type StartLocalApp = <Types extends OrchestratorTypes = OrchestratorTypes>(
  appDir: string,
  options?: LocalAppOptions,
) => Promise<LocalApp<Types>>;
