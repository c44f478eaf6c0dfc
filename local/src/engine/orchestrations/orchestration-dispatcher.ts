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

// Number of idle instances whose history stays in memory; the least recently used are evicted first.
const MAX_IDLE_SESSIONS = 500;

/** Reads the control queues that this host owns and runs the episodes of their instances. */
export class OrchestrationDispatcher {
  readonly #deps: OrchestrationDispatcherDeps;
  /** By queue name. */
  readonly #readings = new Map<string, Reading>();
  /** In order of last use. */
  readonly #sessions = new Map<string, InstanceSession>();
  readonly #running = new Map<InstanceSession, Promise<void>>();
  readonly #slots: Limiter;
  /** Instances that must not be processed before these resolve. */
  readonly #barred = new Map<string, Promise<void>>();
  /** Queues that are not being polled because too many messages are waiting here. */
  readonly #throttled = new Set<string>();

  constructor(deps: OrchestrationDispatcherDeps) {
    this.#deps = deps;
    this.#slots = new Limiter(deps.settings.maxConcurrentOrchestratorFunctions);
  }

  /** Starts reading a queue that became ours. */
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

  /** Stops reading, lets running episodes end, and returns the other messages. */
  async drain(queueName: string): Promise<void> {
    await this.#close(queueName);
    const sessions = [...this.#sessions.values()].filter((it) => it.queueName === queueName);
    await Promise.all(sessions.map((session) => session.releasePending()));
    await Promise.all(sessions.map((session) => this.#running.get(session) ?? Promise.resolve()));
    await Promise.all(sessions.map((session) => session.settled()));
    for (const session of sessions) this.#sessions.delete(session.instanceId);
  }

  /**
   * Another host owns the queue: nothing in it may be processed here any longer. A running episode cannot be stopped,
   * but it is not saved; if the queue comes back before that episode has ended, its instance waits for it.
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

  /** Drops what is in memory about an instance, for example after a purge. */
  forget(instanceId: string): void {
    const session = this.#sessions.get(instanceId);
    if (session !== undefined && !this.#running.has(session)) this.#sessions.delete(instanceId);
  }

  /** Runs `work` while nothing of the instance is processed or written here, and drops what was in memory about it. */
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

  /** Until `work` has ended, whatever the outcome. */
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
      // A drain waits for the sessions that it finds, so a session whose row is being written stays.
      if (!this.#running.has(idle) && idle.isSettled) this.#sessions.delete(instanceId);
    }
  }

  /** Only after its row is written: a drain waits for the sessions that it finds. */
  #evictEnded(session: InstanceSession): void {
    const isCurrent = this.#sessions.get(session.instanceId) === session;
    if (isCurrent && !session.hasPending && !this.#running.has(session)) this.#sessions.delete(session.instanceId);
  }
}
