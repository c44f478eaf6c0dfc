import { setTimeout as delay } from "node:timers/promises";
import type { InstanceStatus, TaskHubClient } from "../engine/client.ts";
import { entityStatusOf } from "../engine/entities/entity-status.ts";
import { eventTypeName } from "../engine/history/event-members.ts";
import { OrchestrationStatus, TERMINAL } from "../engine/history/events.ts";
import { statusName } from "../engine/history/row-codec.ts";
import { unknownFunctionText } from "../engine/known-functions.ts";
import { toInstanceId } from "../engine/messages/entity-id.ts";
import { jsonOrText } from "../shared/json-or-text.ts";
import type { AppClient, EntityId, InstanceState, RecordedEvent, StartOptions } from "../testing-api.ts";
import type { VirtualAppClock } from "./app-clock.ts";
import { TestingError } from "./errors.ts";
import type { MockedInvoker } from "./mocked-invoker.ts";
import { describeWaits } from "./waits.ts";

type AppClientDeps = {
  hub: TaskHubClient;
  invoker: MockedInvoker;
  /** Null with the real clock. */
  virtual: VirtualAppClock | null;
  /** Whether a function of any kind or a request is running, so that what follows is not known yet. */
  isAppBusy(): boolean;
  timeoutMs: number;
};

const POLL_MS = 5;
const MAX_LISTED = 100;

/** The client of a test: the engine's client with values instead of texts, which detects when waiting is futile. */
export class HubAppClient implements AppClient {
  readonly #deps: AppClientDeps;

  constructor(deps: AppClientDeps) {
    this.#deps = deps;
  }

  async start(name: string, input?: unknown, { instanceId, version }: StartOptions = {}): Promise<string> {
    const { hub, invoker } = this.#deps;
    const functions = invoker.durableFunctions();
    const isKnown = functions.some((it) => it.kind === "orchestrator" && it.name.toLowerCase() === name.toLowerCase());
    if (!isKnown) throw unknown(unknownFunctionText(name, "orchestrator", functions));
    const started = await hub.start({
      name,
      input: input === undefined ? null : JSON.stringify(input),
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(version === undefined ? {} : { version }),
    });
    await this.#settle();
    return started.instanceId;
  }

  async wait<Output>(instanceId: string, { timeoutMs }: { timeoutMs?: number } = {}): Promise<InstanceState<Output>> {
    const { invoker, virtual, isAppBusy } = this.#deps;
    invoker.throwInsideMock();
    const limitMs = timeoutMs ?? this.#deps.timeoutMs;
    const endsAt = performance.now() + limitMs;
    for (;;) {
      await this.#settle();
      const state = await this.#state<Output>(instanceId);
      if (isEnded(state)) return state;
      if (performance.now() > endsAt) throw await this.#waits(state, `did not end within ${limitMs / 1000} s`);
      if (virtual === null || isAppBusy()) await delay(POLL_MS);
      else if (!(await virtual.passRetries())) throw await this.#waits(state, "does not end by itself");
    }
  }

  async run(name: string, input?: unknown, options?: StartOptions): Promise<unknown> {
    const { virtual } = this.#deps;
    const instanceId = await this.start(name, input, options);
    if (virtual !== null) await virtual.skipTimers(instanceId);
    const { status, output } = await this.wait(instanceId);
    if (status === "Completed") return output;
    throw new TestingError({
      code: "ERR_TEST_NOT_COMPLETED",
      message: `Instance "${instanceId}" of "${name}" is ${status}: ${textOf(output)}`,
    });
  }

  async status<Output>(instanceId: string): Promise<InstanceState<Output> | null> {
    const status = await this.#deps.hub.getStatus(instanceId, { withInput: true });
    return status === null ? null : toState<Output>(status);
  }

  async raise(instanceId: string, eventName: string, data?: unknown): Promise<void> {
    await this.#onLive(instanceId, (hub) => hub.raiseEvent(instanceId, eventName, JSON.stringify(data ?? null)));
  }

  async terminate(instanceId: string, reason?: string): Promise<void> {
    await this.#onLive(instanceId, (hub) => hub.terminate(instanceId, reason ?? null));
  }

  async suspend(instanceId: string, reason?: string): Promise<void> {
    await this.#onLive(instanceId, (hub) => hub.suspend(instanceId, reason ?? null));
  }

  async resume(instanceId: string, reason?: string): Promise<void> {
    await this.#onLive(instanceId, (hub) => hub.resume(instanceId, reason ?? null));
  }

  async signal(entity: EntityId, operation: string, input?: unknown): Promise<void> {
    const { hub, invoker } = this.#deps;
    const functions = invoker.durableFunctions();
    const isKnown = functions.some((it) => it.kind === "entity" && it.name.toLowerCase() === entity.name.toLowerCase());
    if (!isKnown) throw unknown(unknownFunctionText(entity.name, "entity", functions));
    await hub.signalEntity(entity, operation, input === undefined ? null : JSON.stringify(input));
    await this.#settle();
  }

  async entity<State>(entity: EntityId): Promise<State | null> {
    const status = await this.#deps.hub.getStatus(toInstanceId(entity), { withInput: true });
    const found = status === null ? null : entityStatusOf(status);
    return found?.exists === true ? (jsonOrText(found.state) as State | null) : null;
  }

  async purge(instanceId: string): Promise<boolean> {
    return this.#deps.hub.purge(instanceId);
  }

  async list(): Promise<InstanceState[]> {
    const { instances } = await this.#deps.hub.list({}, { top: MAX_LISTED, withInput: true });
    return instances.filter(({ instanceId }) => !instanceId.startsWith("@")).map((it) => toState(it));
  }

  async history(instanceId: string): Promise<RecordedEvent[]> {
    const { hub } = this.#deps;
    const status = await hub.getStatus(instanceId, { withInput: false });
    if (status === null) throw unknownInstance(instanceId);
    return (await hub.getHistory(instanceId, status.executionId)).map((event) => ({
      ...event,
      EventType: eventTypeName(event.EventType),
      ...("OrchestrationStatus" in event ? { OrchestrationStatus: statusName(event.OrchestrationStatus) } : {}),
    }));
  }

  async #onLive(instanceId: string, act: (hub: TaskHubClient) => Promise<void>): Promise<void> {
    const state = await this.#state(instanceId);
    if (isEnded(state)) {
      throw new TestingError({
        code: "ERR_TEST_UNKNOWN",
        message: `Instance "${instanceId}" has ended already: it is ${state.status}.`,
      });
    }
    await act(this.#deps.hub);
    await this.#settle();
  }

  async #state<Output>(instanceId: string): Promise<InstanceState<Output>> {
    const state = await this.status<Output>(instanceId);
    if (state === null) throw unknownInstance(instanceId);
    return state;
  }

  /** A call from a mock cannot wait for the mock itself. */
  async #settle(): Promise<void> {
    const { virtual, invoker } = this.#deps;
    if (virtual !== null && !invoker.isInsideMock) await virtual.settle();
  }

  async #waits({ instanceId, status, name }: InstanceState, what: string): Promise<TestingError> {
    const { hub, invoker, virtual } = this.#deps;
    const stored = await hub.getStatus(instanceId, { withInput: false });
    const events = await hub.getHistory(instanceId, stored?.executionId ?? "");
    const waits = describeWaits(events, invoker.lastReply(instanceId), virtual?.now() ?? new Date());
    return new TestingError({
      code: what.startsWith("did not") ? "ERR_TEST_TIMEOUT" : "ERR_TEST_WAITS",
      message: `Instance "${instanceId}" of "${name}" ${what}: it is ${status} and waits for ${waits}.`,
    });
  }
}

/** Whether the instance has reached a final status. */
export function isEnded({ status }: InstanceState): boolean {
  return TERMINAL.includes(status);
}

function toState<Output>(status: InstanceStatus): InstanceState<Output> {
  const { instanceId, name, runtimeStatus, createdTime, lastUpdatedTime } = status;
  return {
    instanceId,
    name,
    status: (runtimeStatus in OrchestrationStatus ? runtimeStatus : "Running") as InstanceState["status"],
    input: jsonOrText(status.input),
    output: jsonOrText(status.output) as Output,
    customStatus: jsonOrText(status.customStatus),
    createdAt: createdTime,
    lastUpdatedAt: lastUpdatedTime,
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const unknown = (message: string): TestingError => new TestingError({ code: "ERR_TEST_UNKNOWN", message });

const unknownInstance = (instanceId: string): TestingError => unknown(`There is no instance "${instanceId}".`);
