// Hosts that die, pause and lose responses, all determined by one seed: the same seed repeats the same run.

import { seededRandom } from "@same-kit/shared";
import { HostileDelivery } from "../../local/src/engine/delivery/hostile-delivery.ts";
import { entityStatusOf } from "../../local/src/engine/entities/entity-status.ts";
import { eventTypeName } from "../../local/src/engine/history/event-members.ts";
import { EventType, type HistoryEvent } from "../../local/src/engine/history/events.ts";
import { toInstanceId } from "../../local/src/engine/messages/entity-id.ts";
import type { FunctionInvoker } from "../../local/src/engine/ports.ts";
import { ALL, chaosInput, chaosOutput, makeChaosApp, SHARED } from "./chaos-app.ts";
import type { Fate } from "./crashable-storage.ts";
import { makePausable, type Pause } from "./pausable-storage.ts";
import { VirtualWorld, type WorldEngine } from "./virtual-world.ts";

// Shares of all calls to the storage.
const DIES = 0.003;
const REFUSED = 0.02;
const LOST = 0.02;
const PAUSED = 0.002;
// In virtual time; a lease is 30 s.
const MAX_PAUSE_MS = 90_000;
const HOSTS = 2;
const MAX_STEPS = 50_000;

type Host = { engine: WorldEngine; pause: Pause; resumeAtMs: number | null };

export type ChaosResult = { problems: string[]; deaths: number; pauses: number; faults: number };

/** Runs `instances` orchestrations to their end, and returns their problems. */
export async function runChaos(seed: number, instances: number): Promise<ChaosResult> {
  const chaos = new ChaosWorld(seed);
  await chaos.begin(instances);
  await chaos.untilEnded(instances);
  return { problems: await chaos.problems(instances), ...chaos.counts };
}

class ChaosWorld {
  readonly counts = { deaths: 0, pauses: 0, faults: 0 };
  readonly #world = new VirtualWorld();
  readonly #random: () => number;
  readonly #seed: number;
  readonly #hosts: Host[] = [];
  #started = 0;
  /** No faults after everything has ended. */
  #isArmed = false;
  /** No faults while a host starts; it is exposed as soon as it works, which its calls to histories show. */
  #isStarting = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  /** All requests are made before anything happens: a late start would start an ended instance again. */
  async begin(instances: number): Promise<void> {
    const beforeWork: Parameters<VirtualWorld["startEngine"]>[0]["beforeWork"] = async (client) => {
      for (let n = 0; n < instances; n += 1) {
        const instanceId = `chaos-${n}`;
        await client.start({ name: "mixed", instanceId, input: JSON.stringify(chaosInput(n)) });
        await client.raiseEvent(instanceId, "Go", String(n + 1000));
      }
    };
    // It must not run work itself, as no fault would ever affect that.
    const starter = await this.#world.startEngine({ invoker: makeIdle(), beforeWork, workerId: "starter" });
    starter.die();
    for (let i = 0; i < HOSTS; i += 1) await this.#startHost();
  }

  async untilEnded(instances: number): Promise<void> {
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      await this.#world.settle();
      await this.#replaceDead();
      this.#resumeDue();
      if (steps % 20 === 0 && (await this.#isOver(instances))) return this.#end();
      await this.#stepToNext();
    }
    throw new Error(`Seed ${this.#seed}: not ended within ${MAX_STEPS} steps.\n${await this.#describe(instances)}`);
  }

  /** Signals and releases may still be in flight when the last orchestration has ended. */
  async #isOver(instances: number): Promise<boolean> {
    if (!(await this.#hasAllEnded(instances))) return false;
    const problems = await Promise.all([ALL, SHARED].map((entity) => this.#entityProblems(entity, instances)));
    return problems.flat().length === 0;
  }

  async #end(): Promise<void> {
    this.#isArmed = false;
    for (const { pause } of this.#hosts) pause.resume();
    // A pending call may have been chosen to stop its host with its response.
    await this.#world.settle();
    for (const { pause } of this.#hosts) pause.resume();
  }

  async problems(instances: number): Promise<string[]> {
    const problems: string[] = [];
    for (let n = 0; n < instances; n += 1) {
      const status = await this.#world.status(`chaos-${n}`);
      const history = await this.#world.history(`chaos-${n}`);
      const expected = JSON.stringify(chaosOutput(n));
      if (status?.output !== expected)
        problems.push(`chaos-${n} is ${status?.runtimeStatus} with ${status?.output}, not ${expected}`);
      const ends = history.filter((it) => it.EventType === EventType.ExecutionCompleted).length;
      if (ends !== 1) problems.push(`chaos-${n} ended ${ends} times`);
      for (const twice of answeredTwice(history)) problems.push(`chaos-${n} holds two answers to ${twice}`);
    }
    for (const entity of [ALL, SHARED]) problems.push(...(await this.#entityProblems(entity, instances)));
    return problems.map((it) => `Seed ${this.#seed}: ${it}`);
  }

  /** Each instance has incremented both; a lock that was not released would block the next one. */
  async #entityProblems(entity: { name: string; key: string }, expected: number): Promise<string[]> {
    const { instances } = await this.#world.stores();
    const row = await instances.status(toInstanceId(entity), { withInput: true });
    const status = row === null ? null : entityStatusOf(row);
    const state = Number(status?.state);
    const problems = state === expected ? [] : [`the entity ${entity.key} is ${state}, not ${expected}`];
    return (status?.lockedBy ?? null) === null
      ? problems
      : [...problems, `${entity.key} is locked by ${status?.lockedBy}`];
  }

  /** What is left, for anyone who repeats the seed. */
  async #describe(instances: number): Promise<string> {
    const entities = await Promise.all([ALL, SHARED].map((entity) => this.#entityProblems(entity, instances)));
    const lines = [`It is ${this.#world.clock.now().toISOString()}.`, ...entities.flat()];
    for (let n = 0; n < instances; n += 1) {
      const status = await this.#world.status(`chaos-${n}`);
      if (status?.runtimeStatus === "Completed") continue;
      const events = (await this.#world.history(`chaos-${n}`)).map((it) => eventTypeName(it.EventType));
      lines.push(`chaos-${n} is ${status?.runtimeStatus} with ${status?.output}: … ${events.slice(-8).join(", ")}`);
    }
    for (const { text, visibleAtMs, dequeueCount } of this.#world.messages()) {
      const { Event, OrchestrationInstance } = JSON.parse(text).TaskMessage;
      const id = Event.TaskScheduledId ?? Event.TimerId ?? Event.EventId;
      const what = `${eventTypeName(Event.EventType)} ${id} for ${JSON.stringify(OrchestrationInstance)}`;
      lines.push(`${what}, seen ${dequeueCount} times, visible at ${new Date(visibleAtMs).toISOString()}`);
    }
    for (const { engine, pause } of this.#hosts) {
      lines.push(`A host, ${pause.isPaused() ? "paused" : "running"}:`);
      for (const it of engine.logged.slice(-12)) lines.push(`  ${it.message} ${JSON.stringify(it.fields)}`);
    }
    return lines.join("\n");
  }

  async #startHost(): Promise<void> {
    this.#started += 1;
    this.#isArmed = false;
    this.#isStarting = true;
    const pause = makePausable(() => {
      if (!this.#isArmed || this.#random() >= PAUSED) return undefined;
      this.counts.pauses += 1;
      return this.#random() < 0.5 ? "before" : "after";
    });
    const engine = await this.#world.startEngine({
      invoker: makeChaosApp(this.#random),
      workerId: `host-${this.#started}`,
      fateOf: ({ resource }) => this.#drawFate(resource),
      hostile: new HostileDelivery(this.#seed + this.#started),
      pause,
    });
    this.#hosts.push({ engine, pause, resumeAtMs: null });
    this.#isStarting = false;
    this.#isArmed = true;
  }

  #drawFate(resource: string): Fate | undefined {
    const isWork = this.#isStarting && resource.endsWith("History");
    if (!this.#isArmed && !isWork) return undefined;
    const drawn = this.#random();
    if (drawn < DIES) return drawn < DIES / 2 ? "before" : "after";
    if (drawn >= DIES + REFUSED + LOST) return undefined;
    this.counts.faults += 1;
    return drawn < DIES + REFUSED ? "refused" : "lost";
  }

  async #replaceDead(): Promise<void> {
    for (const host of this.#hosts.filter(({ engine }) => engine.isDead())) {
      this.counts.deaths += 1;
      this.#hosts.splice(this.#hosts.indexOf(host), 1);
      await this.#startHost();
    }
  }

  #resumeDue(): void {
    const now = this.#world.clock.now().getTime();
    for (const host of this.#hosts) {
      if (!host.pause.isPaused()) continue;
      host.resumeAtMs ??= now + this.#random() * MAX_PAUSE_MS;
      if (host.resumeAtMs > now) continue;
      host.pause.resume();
      host.resumeAtMs = null;
    }
  }

  async #stepToNext(): Promise<void> {
    const { clock } = this.#world;
    const now = clock.now().getTime();
    const resumes = this.#hosts.flatMap(({ resumeAtMs }) => (resumeAtMs === null ? [] : [resumeAtMs]));
    const next = Math.min(clock.nextDueMs({ withRoutine: true }) ?? now + 1000, ...resumes);
    clock.moveTo(Math.max(next, now + 1));
  }

  async #hasAllEnded(instances: number): Promise<boolean> {
    for (let n = 0; n < instances; n += 1) {
      const status = await this.#world.status(`chaos-${n}`);
      if (status === null || status.runtimeStatus === "Pending" || status.runtimeStatus === "Running") return false;
    }
    return true;
  }
}

/** An app whose worker never starts. */
function makeIdle(): FunctionInvoker {
  const never = async () => ({ kind: "unavailable" as const, reason: "There is no worker." });
  const app = makeChaosApp(() => 0);
  return {
    durableFunctions: () => app.durableFunctions(),
    invokeOrchestrator: never,
    invokeActivity: never,
    invokeEntity: never,
  };
}

/** Numbers of calls and timers with more than one reply. */
export function answeredTwice(history: readonly HistoryEvent[]): string[] {
  const seen = new Set<string>();
  return history.flatMap((it) => {
    const id =
      "TaskScheduledId" in it ? `call ${it.TaskScheduledId}` : "TimerId" in it ? `timer ${it.TimerId}` : undefined;
    if (id === undefined) return [];
    if (seen.has(id)) return [id];
    seen.add(id);
    return [];
  });
}
