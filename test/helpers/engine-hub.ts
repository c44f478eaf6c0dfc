import type { LogEntry } from "@same-kit/shared";
import type { InstanceStatus, TaskHubClient } from "../../local/src/engine/client.ts";
import { EventType, type HistoryEvent, OrchestrationStatus } from "../../local/src/engine/history/events.ts";
import type { FunctionInvoker } from "../../local/src/engine/ports.ts";
import type { DurableTaskSettings } from "../../local/src/engine/settings.ts";
import { jsonOrText } from "../../local/src/shared/json-or-text.ts";
import { VirtualWorld, type WorldEngine } from "./virtual-world.ts";

type Instance = { status: InstanceStatus; history: HistoryEvent[] };

/**
 * A real engine on in-memory storage, for tests of orchestrators. Requests are processed by the next `run`: one after another, each
 * with all its consequences, or all at once with `isBatching`, as for a host that was down in the meantime.
 */
export class EngineHub {
  readonly world = new VirtualWorld();
  readonly clock = this.world.clock;
  /** By ID, as of the last run. */
  readonly instances = new Map<string, Instance>();
  readonly logged: LogEntry[] = [];
  readonly #invoker: FunctionInvoker;
  readonly #settings: Partial<DurableTaskSettings>;
  readonly #isBatching: boolean;
  #requests: ((client: TaskHubClient) => Promise<unknown>)[] = [];
  #engine: WorldEngine | null = null;

  constructor(
    invoker: FunctionInvoker,
    { settings = {}, isBatching = false }: { settings?: Partial<DurableTaskSettings>; isBatching?: boolean } = {},
  ) {
    this.#invoker = invoker;
    this.#settings = settings;
    this.#isBatching = isBatching;
  }

  start(name: string, input: unknown = null, instanceId = "abc", { version }: { version?: string } = {}): void {
    const text = input === undefined ? null : JSON.stringify(input);
    const request = { name, input: text, instanceId, ...(version === undefined ? {} : { version }) };
    this.#requests.push((client) => client.start(request));
  }

  raise(instanceId: string, name: string, value: unknown): void {
    this.#requests.push((client) => client.raiseEvent(instanceId, name, JSON.stringify(value)));
  }

  signal({ name, key }: { name: string; key: string }, operation: string, input: unknown): void {
    const text = input === undefined ? null : JSON.stringify(input);
    this.#requests.push((client) => client.signalEntity({ name, key }, operation, text));
  }

  terminate(instanceId: string, reason: string | null): void {
    this.#requests.push((client) => client.terminate(instanceId, reason));
  }

  rewind(instanceId: string): void {
    this.#requests.push((client) => client.rewind(instanceId, "once more"));
  }

  suspend(instanceId: string): void {
    this.#requests.push((client) => client.suspend(instanceId, "pause"));
  }

  resume(instanceId: string): void {
    this.#requests.push((client) => client.resume(instanceId, "go on"));
  }

  /** An instance that an earlier host left with this history. */
  restore(instanceId: string, events: HistoryEvent[]): void {
    this.#requests.push(() => this.#store(instanceId, events));
  }

  /** Processes all requests and their consequences, including timers, unless `withTimers` is false. */
  async run({ withTimers = true } = {}): Promise<void> {
    const requests = this.#requests.splice(0);
    if (this.#isBatching) {
      await this.#engine?.stop();
      this.#engine = await this.#startEngine(async (client) => {
        for (const request of requests) await request(client);
      });
    } else {
      this.#engine ??= await this.#startEngine();
      for (const request of requests) await this.world.during(request(this.#engine.client));
    }
    await this.world.settle();
    while (withTimers && (await this.world.step())) {
      // Until nothing more is due.
    }
    this.logged.push(...this.#engine.logged.splice(0));
    await this.#look(this.#engine.client);
  }

  history(instanceId = "abc"): HistoryEvent[] {
    return this.instances.get(instanceId)?.history ?? [];
  }

  eventNames(instanceId = "abc"): string[] {
    return this.history(instanceId).map((it) => nameOf(EventType, it.EventType));
  }

  /** How the instance ended; undefined while it runs. */
  ending(instanceId = "abc"): { status: string; result: unknown } | undefined {
    const end = this.history(instanceId).find((it) => it.EventType === EventType.ExecutionCompleted);
    if (end === undefined) return undefined;
    return { status: nameOf(OrchestrationStatus, end.OrchestrationStatus), result: jsonOrText(end.Result) };
  }

  customStatus(instanceId = "abc"): unknown {
    return jsonOrText(this.instances.get(instanceId)?.status.customStatus ?? null);
  }

  /** The names of events whose messages have not been processed yet. */
  waiting(): string[] {
    return this.world.messages().map(({ text }) => nameOf(EventType, JSON.parse(text).TaskMessage.Event.EventType));
  }

  /** Reasons of the log lines with this message. */
  reasons(message: string): unknown[] {
    return this.logged.filter((it) => it.message === message).map((it) => it.fields["reason"]);
  }

  #startEngine(beforeWork: (client: TaskHubClient) => Promise<void> = async () => {}): Promise<WorldEngine> {
    return this.world.startEngine({ invoker: this.#invoker, settings: this.#settings, beforeWork });
  }

  async #look(client: TaskHubClient): Promise<void> {
    const { instances } = await client.list({}, { top: 1000, withInput: true });
    this.instances.clear();
    for (const status of instances) {
      const history = await client.getHistory(status.instanceId, status.executionId);
      this.instances.set(status.instanceId, { status, history });
    }
  }

  async #store(instanceId: string, events: HistoryEvent[]): Promise<void> {
    const stores = await this.world.stores();
    const start = events.find((it) => it.EventType === EventType.ExecutionStarted);
    const executionId = start?.OrchestrationInstance.ExecutionId ?? "";
    const append = { instanceId, executionId, events, newEventCount: events.length, etag: null };
    await stores.histories.append(append);
    const row = { instanceId, executionId, newEvents: events, customStatus: null, inputBlob: null, outputBlob: null };
    await stores.instances.writeEpisode({ ...row, mayCreate: true });
  }
}

function nameOf(numbers: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(numbers).find(([, number]) => number === value)?.[0] ?? String(value);
}
