import type { Clock, Logger } from "@same-kit/shared";
import type { Tracer } from "../../telemetry/index.ts";
import { EventType } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { StoredHistory } from "../tracking/history-store.ts";
import { type CheckpointDeps, checkpoint } from "./checkpoint.ts";
import { type CheckpointTailDeps, CheckpointTails } from "./checkpoint-tail.ts";
import type { EpisodeInput, EpisodeResult } from "./episode-types.ts";
import { Gathering } from "./gathering.ts";
import { HistoryIndex } from "./out-of-order.ts";
import { expectedStatus, isRowStale, repairRow } from "./row-repair.ts";
import { isCutOff, sortBatch } from "./sort-batch.ts";
import { judgeStart, topLevelStartOf } from "./start-dedupe.ts";

export type SessionDeps = CheckpointDeps &
  CheckpointTailDeps & {
    /** Runs an episode of an orchestration or an entity. */
    runEpisode(input: EpisodeInput): Promise<EpisodeResult>;
    tracer?: Tracer | undefined;
    clock: Clock;
    visibilityTimeoutMs: number;
    /** Maximum number of messages per episode. */
    maxBatch: number;
    log: Logger;
  };

const NO_HISTORY: StoredHistory = { events: [], executionId: null, etag: null, blobNames: [] };

/**
 * One instance in this process: its messages in order of arrival, one episode at a time, with its history kept in
 * memory in between. The cached history is only valid together with the sentinel's ETag, which every append checks.
 */
export class InstanceSession {
  readonly instanceId: string;
  readonly queueName: string;
  readonly #deps: SessionDeps;
  #pending: ReceivedMessage[] = [];
  #history: StoredHistory | null = null;
  /** Indexes the history as it was when last examined. */
  #index = new HistoryIndex();
  #saving: Promise<unknown> = Promise.resolve();
  readonly #tails: CheckpointTails;
  readonly #gathering: Gathering;
  #isLost = false;
  #hasWarned = false;

  constructor(instanceId: string, queueName: string, deps: SessionDeps) {
    this.instanceId = instanceId;
    this.queueName = queueName;
    this.#deps = deps;
    this.#tails = new CheckpointTails(deps);
    this.#gathering = new Gathering(deps.clock);
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Whether nothing is gained by keeping this session in memory. */
  get hasEnded(): boolean {
    if (this.#history === null) return false;
    this.#index = this.#index.of(this.#history.events);
    return this.#index.hasCompleted;
  }

  add(message: ReceivedMessage): void {
    this.#pending.push(message);
    this.#gathering.noteArrival(this.#pending.length);
  }

  /** The partition was lost: a running episode is not saved, and waiting messages belong to the new owner. */
  lose(): void {
    this.#isLost = true;
    this.#history = null;
    void this.releasePending();
  }

  /** Like {@link lose}, but resolves when the storage contains everything that this session will ever write. */
  async retire(): Promise<void> {
    this.lose();
    await this.#saving;
    await this.#tails.settled();
  }

  /** Returns messages that this host will not process. */
  async releasePending(): Promise<void> {
    this.#gathering.end();
    await this.#release(this.#pending.splice(0));
  }

  /** Whether the last checkpoint's background writes have completed. */
  get isSettled(): boolean {
    return this.#tails.isSettled;
  }

  settled(): Promise<void> {
    return this.#tails.settled();
  }

  /** Processes the messages that have arrived, as one episode. Never throws. */
  async runEpisode(): Promise<void> {
    if (this.#deps.maxBatch === Number.POSITIVE_INFINITY) await this.#gathering.wait(() => this.#pending.length);
    const batch = this.#pending.splice(0, this.#deps.maxBatch);
    try {
      await this.#work(batch);
    } catch (error) {
      this.#history = null;
      // If they were still renewed, they would never reach the partition's new owner.
      await (this.#isLost ? this.#release(batch) : this.#postpone(batch, error as Error));
    }
  }

  async #postpone(messages: readonly ReceivedMessage[], { message: reason }: Error): Promise<void> {
    const { log, delivery } = this.#deps;
    log.warn("An episode could not be saved; it will be run again.", { instanceId: this.instanceId, reason });
    await Promise.all(messages.map((message) => delivery.abandon(message)));
  }

  async #release(messages: readonly ReceivedMessage[]): Promise<void> {
    await Promise.all(messages.map((message) => this.#deps.delivery.release(message)));
  }

  async #work(batch: readonly ReceivedMessage[]): Promise<void> {
    const judged = await Promise.all(
      batch.map(async (message) => ((await this.#isAcceptableStart(message)) ? message : null)),
    );
    const messages = judged.filter((it) => it !== null);
    if (messages.length === 0) return;
    this.#history ??= await this.#deps.histories.load(this.instanceId, null);
    const history = this.#history;
    this.#index = this.#index.of(history.events);
    const { fresh, known, early } = sortBatch(messages, this.#index);
    await Promise.all(early.map((message) => this.#deps.delivery.abandon(message)));
    if (isCutOff(history.events)) return this.#runBatch(fresh, known);
    if (known.length > 0) await this.#discard(known, history, "They are already in the history.");
    if (fresh.length > 0) await this.#runBatch(fresh);
  }

  async #isAcceptableStart(message: ReceivedMessage): Promise<boolean> {
    const { instances, delivery, visibilityTimeoutMs } = this.#deps;
    const start = topLevelStartOf(message);
    if (start === null) return true;
    // A new instance has no history to load; if there is one after all, the append detects it.
    if (message.startTrust?.isFirst === true) this.#history ??= NO_HISTORY;
    if (message.startTrust !== undefined) {
      this.#tails.rememberRow(message.startTrust.rowEtag);
      return true;
    }
    const row = await instances.findRow(this.instanceId);
    if (row !== null) this.#tails.rememberRow(row.etag);
    const verdict = judgeStart(start, message, row, visibilityTimeoutMs);
    if (verdict === "delete") await delivery.delete(message);
    if (verdict === "abandon") await delivery.abandon(message);
    return verdict === "accept";
  }

  /**
   * @param known - Messages of an episode that must be repeated: already in the history, and deleted once it is saved.
   */
  async #runBatch(fresh: readonly ReceivedMessage[], known: readonly ReceivedMessage[] = []): Promise<void> {
    const before = this.#history ?? (await this.#deps.histories.load(this.instanceId, null));
    const history = eventsFor(fresh, before);
    const input = { instanceId: this.instanceId, history, messages: fresh.map(({ data }) => data.TaskMessage) };
    const result = await this.#deps.runEpisode(input);
    const messages = [...known, ...fresh];
    if (this.#isLost) return this.#release(messages);
    switch (result.kind) {
      case "advanced": {
        const saving = this.#advance(messages, { ...before, events: history }, result);
        this.#saving = saving.catch(() => {});
        return saving;
      }
      case "abandoned":
        this.#notePostponed(result);
        await Promise.all(messages.map((message) => this.#deps.delivery.abandon(message)));
        return;
      case "discarded":
        return this.#discard(messages, before, result.reason);
    }
  }

  /** Every attempt is logged at debug level; a problem that the user must fix is logged once, as a warning. */
  #notePostponed({ reason, warning }: Extract<EpisodeResult, { kind: "abandoned" }>): void {
    const { log } = this.#deps;
    const { instanceId } = this;
    log.debug("An episode is postponed.", { instanceId, reason });
    if (warning === undefined || this.#hasWarned) return;
    this.#hasWarned = true;
    log.warn(warning.text, { instanceId, ...warning.fields });
  }

  async #advance(
    messages: readonly ReceivedMessage[],
    before: StoredHistory,
    result: Extract<EpisodeResult, { kind: "advanced" }>,
  ): Promise<void> {
    const beganMs = this.#deps.clock.now().getTime();
    const checkpointed = await checkpoint(this.instanceId, before, result, this.#deps);
    for (const span of result.spans ?? []) this.#deps.tracer?.record(span);
    this.#history = this.#isLost ? null : checkpointed.history;
    this.#gathering.noteEpisode(checkpointed.history.events);
    this.#tails.add({ ...checkpointed.tail, messages, beganMs });
  }

  async #discard(messages: readonly ReceivedMessage[], before: StoredHistory, reason: string): Promise<void> {
    const { delivery, log } = this.#deps;
    log.debug("Messages are discarded.", { instanceId: this.instanceId, count: messages.length, reason });
    await this.#tails.settled();
    if (before.events.length === 0) return this.#discardUnstarted(messages);
    await this.#repairRow(before);
    await Promise.all(messages.map((message) => delivery.delete(message)));
  }

  /** For an instance without history: one that waits for its start, or does not exist. */
  async #discardUnstarted(messages: readonly ReceivedMessage[]): Promise<void> {
    const { delivery, instances } = this.#deps;
    // The empty history may belong to an ID that any host starts later, so it is not kept.
    this.#history = null;
    const isPending = (await instances.findRow(this.instanceId))?.status === "Pending";
    for (const message of messages) {
      const { Event: event } = message.data.TaskMessage;
      const isTermination = event.EventType === EventType.ExecutionTerminated;
      if (isPending && isTermination) await instances.markTerminated(this.instanceId, event.Timestamp, event.Input);
      // Its start may be held by a host that died, or may keep failing: an event that arrived before it must wait.
      const mayStart = isPending && !isTermination;
      await (mayStart ? delivery.abandon(message) : delivery.delete(message));
    }
  }

  /**
   * A crash between history and row leaves a row that is behind; a row that is ahead means that another host has
   * continued.
   */
  async #repairRow({ events, executionId, etag }: StoredHistory): Promise<void> {
    const row = await this.#deps.instances.findRow(this.instanceId);
    if (row !== null && executionId !== null && !isRowStale(row, executionId, expectedStatus(events))) return;
    const stored = await repairRow(this.instanceId, this.#deps);
    if (stored.etag !== etag) this.#history = null;
  }
}

/** A new start over an older execution begins with an empty history, but continues with the old sentinel's ETag. */
function eventsFor(messages: readonly ReceivedMessage[], history: StoredHistory): StoredHistory["events"] {
  const start = messages
    .map(({ data }) => data.TaskMessage)
    .find((it) => it.Event.EventType === EventType.ExecutionStarted);
  const executionId = start?.OrchestrationInstance.ExecutionId ?? null;
  const isAnother = executionId !== null && history.executionId !== null && executionId !== history.executionId;
  return isAnother ? [] : history.events;
}
