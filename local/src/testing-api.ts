// What `same-kit/testing` offers, as types. This file imports nothing: the build ships it as the package's declarations.

/** Milliseconds, or a text such as `30d`, `1h30m`, `45s`. */
export type Duration = number | string;

/** Types of an app's orchestrators, by name; given to `startLocalApp` they type the client. */
export type OrchestratorTypes = { [name: string]: { input: unknown; output: unknown } };

/** The id of an instance; its type remembers the output of the orchestrator. */
export type InstanceId<Output = unknown> = string & { readonly __output?: Output };

export type RuntimeStatus = "Pending" | "Running" | "Suspended" | "Completed" | "Failed" | "Terminated" | "Canceled";

export interface InstanceState<Output = unknown> {
  instanceId: InstanceId<Output>;
  name: string;
  status: RuntimeStatus;
  input: unknown;
  /** The result; of a failed instance the text of its error; null while it runs. */
  output: Output;
  customStatus: unknown;
  createdAt: string;
  lastUpdatedAt: string;
}

/** One event of a history, members as Azure names them. */
export interface RecordedEvent {
  EventType: string | number;
  [member: string]: unknown;
}

/** An answer of the management API with `showHistory=true&showHistoryOutput=true`, or only its events. */
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

export interface EntityId {
  name: string;
  key: string;
}

export interface StartOptions {
  /** Default: a new one. */
  instanceId?: string;
  /** The orchestration's version; default: `defaultVersion` of host.json. */
  version?: string;
}

/** What a test does with orchestrations and entities: the calls of the Durable client. */
export interface AppClient<Types extends OrchestratorTypes = OrchestratorTypes> {
  /** Starts an orchestration. */
  start<Name extends keyof Types & string>(
    name: Name,
    input?: Types[Name]["input"],
    options?: StartOptions,
  ): Promise<InstanceId<Types[Name]["output"]>>;
  /**
   * Resolves when the instance has ended, however. With a virtual clock it rejects as soon as nothing happens any more, and says
   * what the instance waits for.
   */
  wait<Output = unknown>(
    instanceId: InstanceId<Output>,
    options?: { timeoutMs?: number },
  ): Promise<InstanceState<Output>>;
  /** Starts an orchestration, lets all its timers pass, and gives its output. Rejects if it fails. */
  run<Name extends keyof Types & string>(
    name: Name,
    input?: Types[Name]["input"],
    options?: StartOptions,
  ): Promise<Types[Name]["output"]>;
  status<Output = unknown>(instanceId: InstanceId<Output>): Promise<InstanceState<Output> | null>;
  /** Raises an external event. With a virtual clock it resolves when all that follows from it has happened. */
  raise(instanceId: string, eventName: string, data?: unknown): Promise<void>;
  terminate(instanceId: string, reason?: string): Promise<void>;
  suspend(instanceId: string, reason?: string): Promise<void>;
  resume(instanceId: string, reason?: string): Promise<void>;
  /** Removes an instance and its history. @returns Whether there was one. */
  purge(instanceId: string): Promise<boolean>;
  /** The app's orchestrations; at most 100. */
  list(): Promise<InstanceState[]>;
  /** Signals an entity. With a virtual clock it resolves when all that follows from it has happened. */
  signal(entity: EntityId, operation: string, input?: unknown): Promise<void>;
  /** An entity's state; null for one that does not exist, or has none. */
  entity<State = unknown>(entity: EntityId): Promise<State | null>;
  /** All events so far, as the engine keeps them. */
  history(instanceId: string): Promise<RecordedEvent[]>;
}

/** The time of the app: of the engine, and of `Date` in the app's code. */
export interface AppClock {
  now(): Date;
  /**
   * Lets time pass at once: timers, retry delays and whatever else falls into it happen in order, each at its own time. Resolves when
   * all that follows has happened.
   */
  advance(duration: Duration): Promise<void>;
  /** Lets time pass until no timer is left; with an instance: until that one has ended. */
  skipTimers(instanceId?: string): Promise<void>;
  /** Resolves when all has happened that needs no time to pass. */
  settle(): Promise<void>;
}

export interface MockCall<Input = unknown> {
  input: Input;
  instanceId: string;
}

export type ActivityMock<Input = unknown, Output = unknown> = (
  input: Input,
  call: MockCall<Input>,
) => Output | Promise<Output>;

/** A function that is answered by the test. */
export interface Mock<Input = unknown> {
  /** What it was called with, in order. */
  readonly calls: readonly MockCall<Input>[];
  /** From now on the app's own function is called again. */
  restore(): void;
}

/** One operation on a mocked entity. */
export interface EntityMockCall {
  entity: EntityId;
  operation: string;
  input: unknown;
  /** Nobody waits for its result. */
  isSignal: boolean;
  /** What the entity's state is before it; undefined for none. */
  state: unknown;
  setState(state: unknown): void;
}

/** What it returns is the operation's result, and what it throws its error. */
export type EntityMock = (call: EntityMockCall) => unknown;

export interface MockedEntity {
  readonly calls: readonly EntityMockCall[];
  /** From now on the app's own function is called again. */
  restore(): void;
}

export interface FailureOptions {
  /** How many calls fail; default 1. */
  times?: number;
}

export interface LogLine {
  level: "trace" | "debug" | "info" | "warn" | "error";
  /** Who wrote it: the app's code, its process, or same-kit; `request`: same-kit, of an answered request. */
  source: "user" | "console" | "system" | "request";
  message: string;
  functionName?: string;
  instanceId?: string;
}

/** One step of an orchestration, with times since its start and without ids that differ from run to run. */
export interface SnapshotStep {
  /** When it was asked for, such as `3d`; absent with a real clock. */
  at?: string;
  activity?: string;
  subOrchestration?: string;
  timer?: string;
  event?: string;
  /** A message to an entity: `@counter@a`, with its operation. */
  entity?: string;
  operation?: string;
  input?: unknown;
  data?: unknown;
  result?: unknown;
  failed?: string;
  /** When its result came, where that was later. */
  endedAt?: string;
  /** It had no result when the snapshot was taken. */
  isOpen?: true;
  /** A timer that the orchestrator gave up. */
  isCanceled?: true;
}

/** A history that is the same in every run: for `toMatchSnapshot()` and `assert.deepEqual`. */
export interface HistorySnapshot {
  name: string;
  status: RuntimeStatus;
  input: unknown;
  output: unknown;
  customStatus?: unknown;
  steps: SnapshotStep[];
}

/** The first place where today's code does something else than what was recorded. */
export interface Divergence {
  /** The instance's recorded event, members as recorded; null where the code does something that was not recorded. */
  event: RecordedEvent | null;
  /** Its place in the recorded history, from 0; null without an event. */
  eventIndex: number | null;
  /** What was recorded there, and what the code does now, in words. */
  recorded: string;
  actual: string;
  /** Where the orchestrator asks for what it does now: `src/functions/order.js:12:34`; null where that is not known. */
  source: string | null;
  /** All of it in one sentence. */
  message: string;
}

export interface ReplayReport {
  instanceId: string;
  name: string;
  /** Null: today's code does what was recorded. */
  divergence: Divergence | null;
}

export interface LocalAppOptions {
  /** `memory` (default): everything in this process. `azurite`: a real Azurite, in memory too, with a real clock. */
  storage?: "memory" | "azurite";
  /** `virtual` (default in memory): time stands still until the test moves it. `real`: the machine's. */
  clock?: "virtual" | "real";
  /** When a virtual clock begins; default: now. */
  now?: Date | string;
  /** Win over local.settings.json and the environment. */
  appSettings?: Record<string, string>;
  /**
   * Runs the app as badly as a cloud may: every orchestrator is called twice for every single event, at different times of day, and what
   * is not deterministic fails with the event and its line; messages arrive in another order and some twice. The number is the seed.
   */
  hostile?: number;
  /** How long anything may take in real time before it is an error; default 10 seconds. */
  timeoutMs?: number;
  /** Every line of the app, and every warning of same-kit, as it is written. */
  onLog?: (line: LogLine) => void;
}

/** A running app. Stop it when the tests are over, or declare it with `await using`. */
export interface LocalApp<Types extends OrchestratorTypes = OrchestratorTypes> extends AsyncDisposable {
  /** `http://localhost:PORT` */
  readonly url: string;
  readonly client: AppClient<Types>;
  readonly clock: AppClock;
  /** What the app logged and printed so far, and warnings of same-kit. */
  readonly logs: readonly LogLine[];
  /** Calls an HTTP function: a path such as `/api/orders`, or a URL that the app answered. */
  fetch(path: string | URL, init?: RequestInit): Promise<Response>;
  /** Calls a function whose trigger does not fire by itself here, such as a timer or a queue trigger. Rejects with what it throws. */
  trigger(functionName: string, data?: unknown): Promise<unknown>;
  /** Answers an activity from the test, whether the app has one of that name or not. */
  mockActivity<Input = unknown>(name: string, mock: ActivityMock<Input>): Mock<Input>;
  /** Lets the next calls of an activity fail, before a mock or the app's own function answers again. */
  failActivity(name: string, error?: string | Error, options?: FailureOptions): void;
  /** Answers a sub-orchestration from the test. */
  mockOrchestrator<Input = unknown>(name: string, mock: ActivityMock<Input>): Mock<Input>;
  /** Answers an entity's operations from the test. The engine keeps its state, orders its operations and gives its lock as always. */
  mockEntity(name: string, mock: EntityMock): MockedEntity;
  /** Takes back all mocks and failures. */
  restoreMocks(): void;
  snapshot(instanceId: string): Promise<HistorySnapshot>;
  /** Replays a recorded history on the app's code of today. */
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
