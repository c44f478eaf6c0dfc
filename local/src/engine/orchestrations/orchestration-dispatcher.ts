import { type Clock, Limiter, type Logger } from "@same-kit/shared";
import type { HeldMessages } from "../messages/held-messages.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { MessageQueue } from "../messages/message-queue.ts";
import { PollLoop } from "../messages/poll-loop.ts";
import { InstanceSession, type SessionDeps } from "./instance-session.ts";

export type OrchestrationDispatcherDeps = {
  controlQueues: readonly MessageQueue[];
  /** A queue that is left of a time with more partitions: it is ours to empty like any other. */
  openSurplusQueue: (queueName: string) => MessageQueue;
  held: HeldMessages;
  session: SessionDeps;
  clock: Clock;
  log: Logger;
  batchSize: number;
  /** Messages in hand beyond which no more are fetched. */
  bufferThreshold: number;
  maxConcurrentEpisodes: number;
  maxPollingIntervalMs: number;
};

// Instances whose history stays in memory while nothing happens to them; the least recently used go first.
const MAX_IDLE_SESSIONS = 500;

/** Reads the control queues that this host owns and runs the episodes of their instances. */
export class OrchestrationDispatcher {
  readonly #deps: OrchestrationDispatcherDeps;
  readonly #queues: Map<string, MessageQueue>;
  readonly #loops = new Map<string, PollLoop>();
  /** In order of last use. */
  readonly #sessions = new Map<string, InstanceSession>();
  readonly #running = new Map<InstanceSession, Promise<void>>();
  readonly #slots: Limiter;
  /** Instances that must not be worked on before these resolve. */
  readonly #barred = new Map<string, Promise<void>>();
  /** Loops that found too much in hand to fetch more. */
  readonly #throttled = new Set<PollLoop>();

  constructor(deps: OrchestrationDispatcherDeps) {
    this.#deps = deps;
    this.#queues = new Map(deps.controlQueues.map((queue) => [queue.name, queue]));
    this.#slots = new Limiter(deps.maxConcurrentEpisodes);
  }

  ownsQueue(queueName: string): boolean {
    return this.#loops.has(queueName);
  }

  /** Begins to read a queue that became ours. */
  open(queueName: string): void {
    if (this.#loops.has(queueName)) return;
    const queue = this.#queues.get(queueName) ?? this.#deps.openSurplusQueue(queueName);
    this.#queues.set(queueName, queue);
    const { clock, log, maxPollingIntervalMs } = this.#deps;
    const poll = () => this.#poll(queue, loop);
    const loop: PollLoop = new PollLoop({ poll, clock, log, name: queueName, maxIntervalMs: maxPollingIntervalMs });
    queue.onSend(() => loop.wake());
    this.#loops.set(queueName, loop);
    loop.start();
  }

  /** Stops reading, lets episodes end, gives back the rest. */
  async drain(queueName: string): Promise<void> {
    await this.#closeLoop(queueName);
    const sessions = [...this.#sessions.values()].filter((it) => it.queueName === queueName);
    await Promise.all(sessions.map((session) => session.releasePending()));
    await Promise.all(sessions.map((session) => this.#running.get(session) ?? Promise.resolve()));
    await Promise.all(sessions.map((session) => session.settled()));
    for (const session of sessions) this.#sessions.delete(session.instanceId);
  }

  /** Another host has the queue: nothing of it may be worked on here any longer. */
  lose(queueName: string): void {
    void this.#closeLoop(queueName);
    for (const session of this.#sessions.values()) {
      if (session.queueName !== queueName) continue;
      session.lose();
      this.#sessions.delete(session.instanceId);
    }
  }

  /** Takes a message from memory, which `held` has already. */
  take(message: ReceivedMessage, queue: MessageQueue): void {
    if (!this.#loops.has(queue.name)) {
      // Lost or closing meanwhile: whoever reads the queue finds it.
      void this.#deps.held.release(message);
      return;
    }
    const session = this.#sessionOf(message.data.TaskMessage.OrchestrationInstance.InstanceId, queue.name);
    session.add(message);
    this.#wakeUp(session);
  }

  expectAt(queueName: string, time: Date): void {
    this.#loops.get(queueName)?.wakeAt(time);
  }

  /** Forgets what is in memory of an instance, as after a purge. */
  forget(instanceId: string): void {
    const session = this.#sessions.get(instanceId);
    if (session !== undefined && !this.#running.has(session)) this.#sessions.delete(instanceId);
  }

  /** Runs `work` while nothing of the instance is worked on or written here, and forgets what was in memory of it. */
  apart<Result>(instanceId: string, work: () => Promise<Result>): Promise<Result> {
    const earlier = this.#barred.get(instanceId);
    const session = this.#sessions.get(instanceId);
    this.#sessions.delete(instanceId);
    const result = (async () => {
      await earlier;
      await session?.retire();
      return work();
    })();
    const barrier = result.then(
      () => {},
      () => {},
    );
    this.#barred.set(instanceId, barrier);
    void barrier.then(() => {
      if (this.#barred.get(instanceId) === barrier) this.#barred.delete(instanceId);
    });
    return result;
  }

  async #poll(queue: MessageQueue, loop: PollLoop): Promise<number> {
    let inHand = 0;
    for (const session of this.#sessions.values()) inHand += session.pendingCount;
    if (inHand >= this.#deps.bufferThreshold) {
      this.#throttled.add(loop);
      return 0;
    }
    const messages = await queue.receive(this.#deps.batchSize);
    for (const message of messages) if (this.#deps.held.add(message, queue)) this.take(message, queue);
    return messages.length;
  }

  async #closeLoop(queueName: string): Promise<void> {
    const loop = this.#loops.get(queueName);
    this.#loops.delete(queueName);
    this.#queues.get(queueName)?.onSend(() => {});
    await loop?.stop();
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
      for (const loop of this.#throttled) loop.wake();
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
      if (!this.#running.has(idle)) this.#sessions.delete(instanceId);
    }
  }

  /** Only once its row is written: a drain waits for the sessions that it finds. */
  #evictEnded(session: InstanceSession): void {
    const isCurrent = this.#sessions.get(session.instanceId) === session;
    if (isCurrent && !session.hasPending && !this.#running.has(session)) this.#sessions.delete(session.instanceId);
  }
}
