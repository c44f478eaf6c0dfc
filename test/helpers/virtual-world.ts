import { createLogger, type LogEntry, silentLogger } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import type { InstanceStatus, TaskHubClient } from "../../local/src/engine/client.ts";
import { Delivery } from "../../local/src/engine/delivery/delivery.ts";
import type { HostileDelivery } from "../../local/src/engine/delivery/hostile-delivery.ts";
import type { HistoryEvent } from "../../local/src/engine/history/events.ts";
import { type Engine, resolveDurableTaskSettings, startEngine } from "../../local/src/engine/index.ts";
import { HubQueues } from "../../local/src/engine/messages/hub-queues.ts";
import type { OnInstanceEnded } from "../../local/src/engine/orchestrations/checkpoint-tail.ts";
import type { FunctionInvoker } from "../../local/src/engine/ports.ts";
import type { DurableTaskSettings } from "../../local/src/engine/settings.ts";
import { LargePayloads } from "../../local/src/engine/taskhub/large-payloads.ts";
import { controlQueueName, workItemQueueName } from "../../local/src/engine/taskhub/names.ts";
import { openTaskHub, type TaskHub } from "../../local/src/engine/taskhub/task-hub.ts";
import { HistoryStore } from "../../local/src/engine/tracking/history-store.ts";
import { InstanceStore } from "../../local/src/engine/tracking/instance-store.ts";
import { createMemoryStorage, type MemoryStorage } from "../../local/src/storage/memory/memory-storage.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import type { Tracer } from "../../local/src/telemetry/tracer.ts";
import { type Fate, makeCrashable } from "./crashable-storage.ts";
import { interceptStorage, type StorageCall } from "./intercept-storage.ts";
import type { Pause } from "./pausable-storage.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const HUB = "Hub";
const PARTITIONS = 4;
const QUIET_TURNS = 3;
const MAX_STEPS = 20_000;

export type WorldEngineOptions = {
  invoker: FunctionInvoker;
  /** Runs before the engine receives any message; the engine finds everything it sends at once. */
  beforeWork?: (client: TaskHubClient) => Promise<void>;
  /** Returns null if the functions have loaded; else the engine leaves the hub alone until the promise resolves. */
  untilLoaded?: () => Promise<void> | null;
  settings?: Partial<DurableTaskSettings>;
  /** An engine with the name of a dead one has its partitions immediately. */
  workerId?: string;
  /** The fates of this engine's storage calls; all succeed by default. */
  fateOf?: (call: StorageCall) => Fate | undefined;
  hostile?: HostileDelivery;
  tracer?: Tracer;
  onPurge?: (instanceId: string) => Promise<void>;
  onInstanceEnded?: OnInstanceEnded;
  /** Pauses the engine's process in the middle of its work. */
  pause?: Pause;
};

export const worldSettings = (settings: Partial<DurableTaskSettings> = {}): DurableTaskSettings => ({
  ...resolveDurableTaskSettings(undefined, {}),
  hubName: HUB,
  partitionCount: PARTITIONS,
  ...settings,
});

export type WorldEngine = Engine & {
  logged: LogEntry[];
  isDead(): boolean;
  /** Dies now: nothing that it began continues. */
  die(): void;
};

/**
 * Real engines on one in-memory storage and one clock that the test moves: days take milliseconds, and the result is the same
 * every time.
 */
export class VirtualWorld {
  readonly clock = new VirtualClock();
  readonly storage: MemoryStorage = createMemoryStorage({ clock: this.clock });
  readonly #watched: StorageAccount;
  #calls = 0;
  #underWay = 0;

  constructor() {
    this.#watched = interceptStorage(this.storage, async (_, proceed) => {
      this.#calls += 1;
      this.#underWay += 1;
      try {
        return await proceed();
      } finally {
        this.#underWay -= 1;
      }
    });
  }

  /** Starts an engine on the hub; it is stopped when the test ends, unless it died. */
  async startEngine({ workerId = "worker", fateOf, pause, ...options }: WorldEngineOptions): Promise<WorldEngine> {
    const logged: LogEntry[] = [];
    const crash = makeCrashable(this.#watched, fateOf, this.clock);
    const place = pause?.wrap(crash.storage, crash.clock) ?? crash;
    const starting = startEngine({
      storage: place.storage,
      ...options,
      settings: worldSettings(options.settings),
      clock: place.clock,
      workerId,
      log: createLogger((entry) => logged.push(entry), "engine"),
    });
    const engine = await this.during(starting);
    let isStopped = false;
    const stop = async () => {
      if (crash.isDead() || isStopped) return;
      isStopped = true;
      await this.during(engine.stop());
    };
    onTestFinished(stop);
    await this.settle();
    return { ...engine, stop, logged, isDead: crash.isDead, die: crash.die };
  }

  /** Runs everything that needs no time to pass. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      const before = this.#calls;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#calls > before || this.#underWay > 0) quiet = -1;
    }
  }

  /** Lets time pass until something is due. @returns false if nothing ever is. */
  async step(): Promise<boolean> {
    await this.settle();
    const next = this.#nextDueMs();
    if (next === null) return false;
    this.clock.moveTo(next);
    await this.settle();
    return true;
  }

  /** Lets this much time pass, including all routine work. */
  async pass(ms: number): Promise<void> {
    const endsAt = this.clock.now().getTime() + ms;
    for (;;) {
      await this.settle();
      const next = this.clock.nextDueMs({ withRoutine: true }) ?? Number.POSITIVE_INFINITY;
      this.clock.moveTo(Math.min(next, endsAt));
      if (next > endsAt) break;
    }
    await this.settle();
  }

  /** Lets time pass until `condition` returns a value. */
  async until<Value>(condition: () => Value | undefined | false | Promise<Value | undefined | false>): Promise<Value> {
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      await this.settle();
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      if (!(await this.step())) throw new Error("Nothing is left to happen, and what was waited for has not come.");
    }
    throw new Error("The world does not come to rest.");
  }

  /** Lets time pass for as long as `work` needs. */
  async during<Value>(work: Promise<Value>): Promise<Value> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      await this.settle();
      if (isDone) return work;
      const next = this.clock.nextDueMs({ withRoutine: true });
      if (next === null) throw new Error("Nothing is left to happen, and the work has not ended.");
      this.clock.moveTo(next);
    }
    throw new Error("The work does not end.");
  }

  /** Bypasses all engines, which may be dead. */
  async status(instanceId: string): Promise<InstanceStatus | null> {
    return (await this.stores()).instances.status(instanceId, { withInput: false });
  }

  /** Bypasses all engines. */
  async history(instanceId: string): Promise<HistoryEvent[]> {
    return (await (await this.stores()).histories.load(instanceId, null)).events;
  }

  async stores(): Promise<{ hub: TaskHub; histories: HistoryStore; instances: InstanceStore }> {
    const hub = await openTaskHub({ storage: this.storage, hubName: HUB, partitionCount: PARTITIONS });
    const deps = { hub, payloads: new LargePayloads(hub.largeMessages), clock: this.clock };
    return { hub, histories: new HistoryStore(deps), instances: new InstanceStore(deps) };
  }

  /** A delivery on the hub's queues that is not started: it leaves its messages to others until it reads a queue itself. */
  async openDelivery({
    hostile,
    maxPollingIntervalMs = 1_000,
  }: {
    hostile?: HostileDelivery;
    maxPollingIntervalMs?: number;
  } = {}): Promise<{ hub: TaskHub; delivery: Delivery }> {
    const { clock } = this;
    const hub = await openTaskHub({ storage: this.#watched, hubName: HUB, partitionCount: PARTITIONS });
    const payloads = new LargePayloads(hub.largeMessages);
    const settings = worldSettings();
    const queues = new HubQueues({ hub, payloads, settings, clock, log: silentLogger });
    const holdMs = settings.controlQueueVisibilityTimeoutMs;
    const deps = { queues, clock, log: silentLogger, holdMs, maxPollingIntervalMs };
    return { hub, delivery: new Delivery({ ...deps, ...(hostile === undefined ? {} : { hostile }) }) };
  }

  /** Messages in the hub's queues, including hidden ones. */
  messages(): { text: string; visibleAtMs: number; dequeueCount: number }[] {
    const control = Array.from({ length: PARTITIONS }, (_, index) => controlQueueName(HUB, index));
    return [...control, workItemQueueName(HUB)].flatMap((name) => this.storage.queue(name).messages());
  }

  #nextDueMs(): number | null {
    const next = this.clock.nextDueMs();
    // A message that nothing waits for is renewed by its holder, or found by polling: routine work, which must not be skipped then.
    const isUpkeep = this.messages().some(({ visibleAtMs }) => next === null || visibleAtMs < next);
    return isUpkeep ? this.clock.nextDueMs({ withRoutine: true }) : next;
  }
}
