import { type AppFunction, createFunctionInvoker } from "../host/index.ts";
import { parseRecording } from "../replay/parse-recording.ts";
import { replayRecording } from "../replay/replay-recording.ts";
import type {
  ActivityMock,
  AppClock,
  EntityMock,
  FailureOptions,
  HistorySnapshot,
  LocalApp,
  LogLine,
  Mock,
  MockedEntity,
  RecordedHistory,
  ReplayReport,
} from "../testing-api.ts";
import type { TypedData } from "../worker/messages.ts";
import { HubAppClient, isEnded } from "./app-client.ts";
import { RealAppClock, VirtualAppClock } from "./app-clock.ts";
import { TestingError } from "./errors.ts";
import { Quiet } from "./quiet.ts";
import { toSnapshot } from "./snapshot.ts";
import type { AppParts } from "./start-app.ts";

type RunningAppDeps = AppParts & {
  logs: readonly LogLine[];
  /** Number of running function calls, of any kind. */
  functionCalls(): number;
  timeoutMs: number;
  stop(): Promise<void>;
};

/** The result of `startLocalApp`. */
export class RunningApp implements LocalApp {
  readonly client: HubAppClient;
  readonly clock: AppClock;
  readonly #deps: RunningAppDeps;
  #requests = 0;

  constructor(deps: RunningAppDeps) {
    this.#deps = deps;
    const virtual = this.#createClock();
    this.clock = virtual ?? new RealAppClock();
    this.client = new HubAppClient({
      hub: deps.engine.client,
      invoker: deps.invoker,
      virtual,
      isAppBusy: () => this.#requests > 0 || deps.functionCalls() > 0,
      timeoutMs: deps.timeoutMs,
    });
  }

  get url(): string {
    return this.#deps.host.url;
  }

  get logs(): readonly LogLine[] {
    return this.#deps.logs;
  }

  async fetch(path: string | URL, init?: RequestInit): Promise<Response> {
    this.#requests += 1;
    try {
      return await fetch(new URL(path, this.url), init);
    } finally {
      this.#requests -= 1;
    }
  }

  async trigger(functionName: string, data: unknown = {}): Promise<unknown> {
    const find = (functions: readonly AppFunction[]) =>
      functions.find(({ name }) => name.toLowerCase() === functionName.toLowerCase());
    const result = await this.#deps.host.invoke(find, { triggerData: { json: JSON.stringify(data) } });
    switch (result?.status) {
      case undefined:
        throw new TestingError({ code: "ERR_TEST_UNKNOWN", message: `The app has no function "${functionName}".` });
      case "success":
        return toReturnedValue(result.returnValue);
      case "failure":
        throw Object.assign(new Error(result.exception.message), { stack: result.exception.stackTrace ?? undefined });
      case "unavailable":
        throw new Error(result.reason);
    }
  }

  mockActivity<Input>(name: string, mock: ActivityMock<Input>): Mock<Input> {
    return this.#deps.invoker.mock("activity", name, mock);
  }

  mockOrchestrator<Input>(name: string, mock: ActivityMock<Input>): Mock<Input> {
    return this.#deps.invoker.mock("orchestrator", name, mock);
  }

  mockEntity(name: string, mock: EntityMock): MockedEntity {
    return this.#deps.invoker.mockEntity(name, mock);
  }

  failActivity(name: string, error: string | Error = "It failed on demand.", { times = 1 }: FailureOptions = {}): void {
    this.#deps.invoker.failActivity(name, typeof error === "string" ? new Error(error) : error, times);
  }

  restoreMocks(): void {
    this.#deps.invoker.restoreAll();
  }

  async snapshot(instanceId: string): Promise<HistorySnapshot> {
    const { engine, invoker, virtual } = this.#deps;
    if (virtual !== null) await this.clock.settle();
    const state = await this.client.status(instanceId);
    const row = await engine.client.getStatus(instanceId, { withInput: false });
    if (state === null || row === null) {
      throw new TestingError({ code: "ERR_TEST_UNKNOWN", message: `There is no instance "${instanceId}".` });
    }
    const events = await engine.client.getHistory(instanceId, row.executionId);
    return toSnapshot(state, events, { reply: invoker.lastReply(instanceId), hasTimes: virtual !== null });
  }

  async replay(history: RecordedHistory): Promise<ReplayReport> {
    const { host, settings } = this.#deps;
    return replayRecording(parseRecording(history), { invoker: createFunctionInvoker(host), settings });
  }

  stop(): Promise<void> {
    return this.#deps.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #createClock(): VirtualAppClock | null {
    const { virtual, engine, invoker, timeoutMs } = this.#deps;
    if (virtual === null) return null;
    const isIdle = () => engine.isIdle() && !virtual.isBusy() && invoker.running.length === 0;
    return new VirtualAppClock({
      clock: virtual.clock,
      quiet: new Quiet({ isIdle, running: () => invoker.running, timeoutMs }),
      messages: virtual.messages,
      hasEnded: async (instanceId) => {
        const state = await this.client.status(instanceId);
        return state !== null && isEnded(state);
      },
      throwInsideMock: () => invoker.throwInsideMock(),
      unfinished: async () => {
        const running = (await this.client.list()).filter((it) => !isEnded(it));
        return `${running.map(({ instanceId, name }) => `"${instanceId}" of "${name}"`).join(", ")}.`;
      },
    });
  }
}

/** The return value of a function, decoded. */
function toReturnedValue(data: TypedData | undefined): unknown {
  if (data === undefined) return undefined;
  if ("json" in data) return JSON.parse(data.json);
  if ("collectionString" in data) return data.collectionString.string;
  return Object.values(data)[0];
}
