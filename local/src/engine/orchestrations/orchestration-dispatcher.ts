import { Limiter } from "@same-kit/shared";
import type { Delivery } from "../delivery/delivery.ts";
import type { Inbox, Reading } from "../delivery/queue-reader.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { DurableTaskSettings } from "../settings.ts";
import { InstanceSession, type SessionDeps } from "./instance-session.ts";

export type OrchestrationDispatcherDeps = {
  delivery: Delivery;
  session: SessionDeps;
  settings: Pick<
    DurableTaskSettings,
    "controlQueueBatchSize" | "controlQueueBufferThreshold" | "maxConcurrentOrchestratorFunctions"
  >;
};

// Instances whose history stays in memory while nothing happens to them; the least recently used go first.
const MAX_IDLE_SESSIONS = 500;

/** Reads the control queues that this host owns and runs the episodes of their instances. */
export class OrchestrationDispatcher {
  readonly #deps: OrchestrationDispatcherDeps;
  /** By the name of the queue. */
  readonly #readings = new Map<string, Reading>();
  /** In order of last use. */
  readonly #sessions = new Map<string, InstanceSession>();
  readonly #running = new Map<InstanceSession, Promise<void>>();
  readonly #slots: Limiter;
  /** Instances that must not be worked on before these resolve. */
  readonly #barred = new Map<string, Promise<void>>();
  /** Queues from which no more was fetched, as too much was waiting here. */
  readonly #throttled = new Set<string>();

  constructor(deps: OrchestrationDispatcherDeps) {
    this.#deps = deps;
    this.#slots = new Limiter(deps.settings.maxConcurrentOrchestratorFunctions);
  }

  /** Begins to read a queue that became ours. */
  open(queueName: string): void {
    if (this.#readings.has(queueName)) return;
    const inbox: Inbox = {
      makeRoom: () => this.#makeRoom(queueName),
      makeRoomForOne: () => true,
      giveUpRoom() {},
      take: (message) => this.#take(message),
    };
    this.#readings.set(queueName, this.#deps.delivery.read(queueName, inbox));
  }

  /** Stops reading, lets episodes end, gives back the rest. */
  async drain(queueName: string): Promise<void> {
    await this.#close(queueName);
    const sessions = [...this.#sessions.values()].filter((it) => it.queueName === queueName);
    await Promise.all(sessions.map((session) => session.releasePending()));
    await Promise.all(sessions.map((session) => this.#running.get(session) ?? Promise.resolve()));
    await Promise.all(sessions.map((session) => session.settled()));
    for (const session of sessions) this.#sessions.delete(session.instanceId);
  }

  /**
   * Another host has the queue: nothing of it may be worked on here any longer. An episode that is under way cannot be stopped, only not
   * be saved; should the queue come back before it has ended, its instance waits for that.
   */
  lose(queueName: string): void {
    void this.#close(queueName);
    for (const session of this.#sessions.values()) {
      if (session.queueName !== queueName) continue;
      session.lose();
      this.#sessions.delete(session.instanceId);
      const run = this.#running.get(session);
      if (run !== undefined) this.#bar(session.instanceId, run);
    }
  }

  /** Forgets what is in memory of an instance, as after a purge. */
  forget(instanceId: string): void {
    const session = this.#sessions.get(instanceId);
    if (session !== undefined && !this.#running.has(session)) this.#sessions.delete(instanceId);
  }

  /** Runs `work` while nothing of the instance is worked on or written here, and forgets what was in memory of it. */
  whileIdle<Result>(instanceId: string, work: () => Promise<Result>): Promise<Result> {
    const earlier = this.#barred.get(instanceId);
    const session = this.#sessions.get(instanceId);
    this.#sessions.delete(instanceId);
    const result = (async () => {
      await earlier;
      await session?.retire();
      return work();
    })();
    this.#bar(instanceId, result);
    return result;
  }

  /** Until `work` has ended, whatever comes of it. */
  #bar(instanceId: string, work: Promise<unknown>): void {
    const barrier = work.then(
      () => {},
      () => {},
    );
    this.#barred.set(instanceId, barrier);
    void barrier.then(() => {
      if (this.#barred.get(instanceId) === barrier) this.#barred.delete(instanceId);
    });
  }

  #makeRoom(queueName: string): number {
    const { controlQueueBatchSize, controlQueueBufferThreshold } = this.#deps.settings;
    let waiting = 0;
    for (const session of this.#sessions.values()) waiting += session.pendingCount;
    if (waiting < controlQueueBufferThreshold) return controlQueueBatchSize;
    this.#throttled.add(queueName);
    return 0;
  }

  #take(message: ReceivedMessage): void {
    const session = this.#sessionOf(message.data.TaskMessage.OrchestrationInstance.InstanceId, message.queueName);
    session.add(message);
    this.#wakeUp(session);
  }

  async #close(queueName: string): Promise<void> {
    const reading = this.#readings.get(queueName);
    this.#readings.delete(queueName);
    await reading?.stop();
  }

  #sessionOf(instanceId: string, queueName: string): InstanceSession {
    const known = this.#sessions.get(instanceId);
    const session = known ?? new InstanceSession(instanceId, queueName, this.#deps.session);
    this.#sessions.delete(instanceId);
    this.#sessions.set(instanceId, session);
    return session;
  }

  #wakeUp(session: InstanceSession): void {
    if (this.#running.has(session)) return;
    const run = this.#runSession(session).finally(() => {
      this.#running.delete(session);
      for (const queueName of this.#throttled) this.#readings.get(queueName)?.wake();
      this.#throttled.clear();
      if (session.hasPending) this.#wakeUp(session);
      else this.#evict(session);
    });
    this.#running.set(session, run);
  }

  async #runSession(session: InstanceSession): Promise<void> {
    await this.#barred.get(session.instanceId);
    await this.#slots.run(async () => {
      while (session.hasPending) await session.runEpisode();
    });
  }

  #evict(session: InstanceSession): void {
    if (session.hasEnded) void session.settled().then(() => this.#evictEnded(session));
    for (const [instanceId, idle] of this.#sessions) {
      if (this.#sessions.size <= MAX_IDLE_SESSIONS) return;
      // A drain waits for the sessions that it finds: one whose row is being written stays.
      if (!this.#running.has(idle) && idle.isSettled) this.#sessions.delete(instanceId);
    }
  }

  /** Only once its row is written: a drain waits for the sessions that it finds. */
  #evictEnded(session: InstanceSession): void {
    const isCurrent = this.#sessions.get(session.instanceId) === session;
    if (isCurrent && !session.hasPending && !this.#running.has(session)) this.#sessions.delete(session.instanceId);
  }
}
