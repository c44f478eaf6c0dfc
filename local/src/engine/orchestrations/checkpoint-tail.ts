// The rest of a checkpoint after the history was written, in order: the row, then the blobs of the previous generation,
// then the batch's messages. Without the messages, a row that was not written would never be fixed.

import type { Clock, Logger } from "@same-kit/shared";
import type { Delivery } from "../delivery/delivery.ts";
import { EventType, type OrchestrationStatusName, TERMINAL } from "../history/events.ts";
import type { ReceivedMessage } from "../messages/message-data.ts";
import type { LargePayloads } from "../taskhub/large-payloads.ts";
import type { HistoryStore } from "../tracking/history-store.ts";
import type { EpisodeRow, InstanceStore } from "../tracking/instance-store.ts";
import { expectedStatus, isLate, repairRow } from "./row-repair.ts";

export type CheckpointTailDeps = {
  histories: HistoryStore;
  instances: InstanceStore;
  payloads: LargePayloads;
  delivery: Delivery;
  clock: Clock;
  log: Logger;
  /** Called once an ended instance's row is written, so that its status is already visible. */
  onEnded?: OnInstanceEnded;
};

export type OnInstanceEnded = (instanceId: string, status: OrchestrationStatusName) => void;

export type Tail = {
  row: EpisodeRow;
  /** Blobs that no history refers to any more. */
  orphaned: readonly string[];
  messages: readonly ReceivedMessage[];
  /** ETag of the history that the row reflects. */
  etag: string;
  /** When the checkpoint started, in milliseconds since the epoch. */
  beganMs: number;
};

const MAX_REPAIRS = 60;
const REPAIR_PAUSE_MS = 1_000;

/**
 * Completes checkpoints in the background, one after another: an older status must not replace a newer one. Waiting
 * tails are merged with later ones into a single write.
 */
export class CheckpointTails {
  readonly #deps: CheckpointTailDeps;
  #waiting: Tail | null = null;
  /** ETag of the row as last seen; undefined before that. */
  #rowEtag: string | null | undefined;
  #work: Promise<void> = Promise.resolve();
  #unfinished = 0;

  constructor(deps: CheckpointTailDeps) {
    this.#deps = deps;
  }

  add(tail: Tail): void {
    if (this.#waiting !== null) {
      this.#waiting = joined(this.#waiting, tail);
      return;
    }
    this.#waiting = tail;
    this.#unfinished += 1;
    this.#work = this.#work
      .then(() => this.#doNext())
      .finally(() => {
        this.#unfinished -= 1;
      });
  }

  get isSettled(): boolean {
    return this.#unfinished === 0;
  }

  /** Saves reading the row before it is written for the first time. */
  rememberRow(etag: string): void {
    this.#rowEtag = etag;
  }

  /** Resolves when everything added is done, or left to redelivered messages. */
  settled(): Promise<void> {
    return this.#work;
  }

  async #doNext(): Promise<void> {
    const tail = this.#waiting;
    this.#waiting = null;
    if (tail === null) return;
    const { row, orphaned, messages } = tail;
    const { payloads, delivery, log } = this.#deps;
    try {
      await this.#writeCurrent(tail);
      this.#reportEnd(row);
      await Promise.all(orphaned.map((name) => payloads.remove(name)));
      await Promise.all(messages.map((message) => delivery.delete(message)));
    } catch (error) {
      // The history is committed. The messages are still in the queue, and the row is fixed when they are redelivered.
      const reason = (error as Error).message;
      log.warn("The status of an instance could not be written.", { instanceId: row.instanceId, reason });
      await Promise.all(messages.map((message) => delivery.abandon(message)));
    }
  }

  #reportEnd({ instanceId, newEvents }: EpisodeRow): void {
    const status = expectedStatus(newEvents);
    if (TERMINAL.includes(status)) this.#deps.onEnded?.(instanceId, status);
  }

  /** A row must not show an older state than the history, which another host may have advanced in the meantime. */
  async #writeCurrent(tail: Tail): Promise<void> {
    if (isLate(tail.beganMs, this.#deps.clock) && (await this.#repairIfOvertaken(tail))) return;
    const written = this.#write(tail);
    // A write that was reported as failed may still have arrived.
    await Promise.allSettled([written]);
    if (isLate(tail.beganMs, this.#deps.clock)) await this.#insistOnRepair(tail);
    await written;
  }

  /**
   * No other host knows that the row may be wrong: this checkpoint's messages may already have been deleted by the host
   * that took over.
   */
  async #insistOnRepair(tail: Tail): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#repairIfOvertaken(tail);
        return;
      } catch (error) {
        if (attempt === MAX_REPAIRS) throw error;
        await this.#deps.clock.sleep(REPAIR_PAUSE_MS);
      }
    }
  }

  /** @returns Whether the history has advanced, and the row with it. */
  async #repairIfOvertaken({ row: { instanceId }, etag }: Tail): Promise<boolean> {
    const { histories, log } = this.#deps;
    if ((await histories.load(instanceId, null)).etag === etag) return false;
    log.warn("Another host has continued an instance; its status is written again.", { instanceId });
    await repairRow(instanceId, this.#deps);
    return true;
  }

  /**
   * Overwrites only the row version that this host has seen: a late write of a host that is gone must not replace what
   * its successor wrote.
   */
  async #write(tail: Tail): Promise<void> {
    let { row } = tail;
    const { instances } = this.#deps;
    for (;;) {
      if (this.#rowEtag === undefined) {
        const found = isStartOfChild(row) ? null : await instances.findRow(row.instanceId);
        this.#rowEtag = found?.etag ?? null;
        if (found !== null && found.executionId !== row.executionId) row = await this.#withStart(row);
      }
      const written = await instances.writeEpisode(row, this.#rowEtag);
      this.#rowEtag = written.kind === "written" ? written.etag : undefined;
      if (written.kind === "written") return;
      if (written.kind === "missing") return this.#restore(row);
      if (!(await this.#isStillOurs(tail))) return;
    }
  }

  /**
   * The row belongs to an earlier generation, whose host ended before it could write this generation's row, so the
   * columns of its start are missing too.
   */
  async #withStart(row: EpisodeRow): Promise<EpisodeRow> {
    if (row.newEvents.some((it) => it.EventType === EventType.ExecutionStarted)) return row;
    const { events } = await this.#deps.histories.load(row.instanceId, row.executionId);
    return events.length === 0 ? row : { ...row, newEvents: events };
  }

  /**
   * If there is no row, the instance was purged, or an earlier row could not be written and the history still exists.
   */
  async #restore(row: EpisodeRow): Promise<void> {
    const { instances, histories } = this.#deps;
    const { events } = await histories.load(row.instanceId, row.executionId);
    if (events.length > 0) await instances.writeEpisode({ ...row, newEvents: events, mayCreate: true });
  }

  /** Whether this tail must still be written over a row that someone else has written. */
  async #isStillOurs(tail: Tail): Promise<boolean> {
    const { instanceId, executionId } = tail.row;
    if (await this.#repairIfOvertaken(tail)) return false;
    const found = await this.#deps.instances.findRow(instanceId);
    this.#rowEtag = found?.etag ?? null;
    // Not over the row of a newer start that is waiting for its first episode.
    return found === null || found.executionId === executionId || found.status !== "Pending";
  }
}

/** There is no row yet, so none is read. */
function isStartOfChild({ newEvents }: EpisodeRow): boolean {
  return newEvents.some((it) => it.EventType === EventType.ExecutionStarted && it.ParentInstance !== null);
}

/** Merges two writes of one row: columns of the later replace those of the earlier. */
function joined(earlier: Tail, later: Tail): Tail {
  return {
    row: {
      ...later.row,
      newEvents: [...earlier.row.newEvents, ...later.row.newEvents],
      // A termination omits it, which keeps what the orchestrator set.
      customStatus: later.row.customStatus === undefined ? earlier.row.customStatus : later.row.customStatus,
      inputBlob: later.row.inputBlob ?? earlier.row.inputBlob,
      outputBlob: later.row.outputBlob ?? earlier.row.outputBlob,
      mayCreate: earlier.row.mayCreate || later.row.mayCreate,
    },
    orphaned: [...earlier.orphaned, ...later.orphaned],
    messages: [...earlier.messages, ...later.messages],
    etag: later.etag,
    beganMs: earlier.beganMs,
  };
}
