// What is left of a checkpoint once the history is written, in its order: the row, then blobs of the generation before, then the
// batch's messages, without which a row that was missed would never be fixed.

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
  /** Called once the row of an instance says that it has ended, so that its status shows it. */
  onEnded?: OnInstanceEnded;
};

export type OnInstanceEnded = (instanceId: string, status: OrchestrationStatusName) => void;

export type Tail = {
  row: EpisodeRow;
  /** Blobs that no history names any longer. */
  orphaned: readonly string[];
  messages: readonly ReceivedMessage[];
  /** That of the history which the row shows. */
  etag: string;
  /** When the checkpoint began, in ms since 1970. */
  beganMs: number;
};

const MAX_REPAIRS = 60;
const REPAIR_PAUSE_MS = 1_000;

/**
 * Does it in the background, one after another: an older status must not replace a newer one. What has to wait is done together
 * with what comes after it, in one write.
 */
export class CheckpointTails {
  readonly #deps: CheckpointTailDeps;
  #waiting: Tail | null = null;
  /** ETag of the row as it was last seen; undefined before that. */
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

  /** Spares a look at the row before it is written for the first time. */
  knowRow(etag: string): void {
    this.#rowEtag = etag;
  }

  /** Resolves when all that was added is done, or left to the messages that come again. */
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
      // The history is committed; with the messages still there the row is fixed when they come back.
      const reason = (error as Error).message;
      log.warn("The status of an instance could not be written.", { instanceId: row.instanceId, reason });
      await Promise.all(messages.map((message) => delivery.abandon(message)));
    }
  }

  #reportEnd({ instanceId, newEvents }: EpisodeRow): void {
    const status = expectedStatus(newEvents);
    if (TERMINAL.includes(status)) this.#deps.onEnded?.(instanceId, status);
  }

  /** A row must not show an older state than the history, which another host may have moved on meanwhile. */
  async #writeCurrent(tail: Tail): Promise<void> {
    if (isLate(tail.beganMs, this.#deps.clock) && (await this.#repairIfOvertaken(tail))) return;
    const written = this.#write(tail);
    // One that was refused may have arrived all the same.
    await Promise.allSettled([written]);
    if (isLate(tail.beganMs, this.#deps.clock)) await this.#insistOnRepair(tail);
    await written;
  }

  /** Nobody else knows that the row may be wrong: the messages of this checkpoint may be gone, deleted by the host that took over. */
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

  /** @returns Whether the history has moved on, and the row with it. */
  async #repairIfOvertaken({ row: { instanceId }, etag }: Tail): Promise<boolean> {
    const { histories, log } = this.#deps;
    if ((await histories.load(instanceId, null)).etag === etag) return false;
    log.warn("Another host has moved an instance on; its status is written again.", { instanceId });
    await repairRow(instanceId, this.#deps);
    return true;
  }

  /**
   * Only over the row that this host has seen: a write that arrives late, of a host that is gone meanwhile, must not replace what its
   * successor has written.
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

  /** The row is of an earlier generation, whose host ended before it could write this one's: what belongs to its start is missing too. */
  async #withStart(row: EpisodeRow): Promise<EpisodeRow> {
    if (row.newEvents.some((it) => it.EventType === EventType.ExecutionStarted)) return row;
    const { events } = await this.#deps.histories.load(row.instanceId, row.executionId);
    return events.length === 0 ? row : { ...row, newEvents: events };
  }

  /** Without a row the instance was purged; or an earlier one could not be written, and the history is still there. */
  async #restore(row: EpisodeRow): Promise<void> {
    const { instances, histories } = this.#deps;
    const { events } = await histories.load(row.instanceId, row.executionId);
    if (events.length > 0) await instances.writeEpisode({ ...row, newEvents: events, mayCreate: true });
  }

  /** Whether a row that somebody else has written is to show this tail all the same. */
  async #isStillOurs(tail: Tail): Promise<boolean> {
    const { instanceId, executionId } = tail.row;
    if (await this.#repairIfOvertaken(tail)) return false;
    const found = await this.#deps.instances.findRow(instanceId);
    this.#rowEtag = found?.etag ?? null;
    // A newer start, which waits for its first episode.
    return found === null || found.executionId === executionId || found.status !== "Pending";
  }
}

/** There is no row yet, so it is not looked up. */
function isStartOfChild({ newEvents }: EpisodeRow): boolean {
  return newEvents.some((it) => it.EventType === EventType.ExecutionStarted && it.ParentInstance !== null);
}

/** Two writes of one row as one: columns of the later replace those of the earlier. */
function joined(earlier: Tail, later: Tail): Tail {
  return {
    row: {
      ...later.row,
      newEvents: [...earlier.row.newEvents, ...later.row.newEvents],
      // A termination omits it, and keeps what the orchestrator set.
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
