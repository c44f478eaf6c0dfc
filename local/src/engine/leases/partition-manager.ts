import type { Clock, Logger } from "@same-kit/shared";
import { isPreconditionFailed } from "../../storage/storage-errors.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";
import { readBlobLeases } from "./blob-leases.ts";
import { decideRow, decideSteals, type PassContext, type RowDecision } from "./partition-rules.ts";
import { readPartitions, writePartition, writePartitionsTogether } from "./partition-table.ts";
import { isGoneWorker } from "./worker-id.ts";

/** Notified about ownership changes of control queues. */
export interface PartitionReader {
  /** The queue is ours: start reading it. Not called again while it is being read. */
  open(queueName: string): void;
  /**
   * Another worker owns the queue now: stop reading immediately and return the messages that are not being processed.
   */
  lose(queueName: string): void;
  /** Stop reading and finish what has started; resolves then. The queue is released afterwards, or after a minute. */
  drain(queueName: string): Promise<void>;
}

type PartitionManagerDeps = {
  hub: TaskHub;
  /** From {@link file://./worker-id.ts | newWorkerId}. */
  workerId: string;
  reader: PartitionReader;
  /** Resolves when the reader starts to receive. Until then, no queues are requested from workers that read them. */
  reading: Promise<void>;
  clock: Clock;
  log: Logger;
};

export interface PartitionManager {
  /** Drains and releases every queue; resolves when the table confirms it, or after a minute at most. Never rejects. */
  stop(): Promise<void>;
}

// The extension's times. A crashed worker's queues are taken over after at most one lease and one interval.
const INTERVAL_MS = 10_000;
const HANDOVER_INTERVAL_MS = 1_000;
// Between two passes the table is only read, twice, so that a new host gets its share within seconds. A read that finds
// nothing costs Azurite and this host together about 10 ms of CPU time.
const LOOK_INTERVAL_MS = 3_500;
const PASS_TIMEOUT_MS = 2_000;
const DRAIN_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const QUICK_RETRIES = 9;
const RETRIES_AT_END = 3;

/** Shares the hub's control queues with other workers, through the partitions table. */
export function startPartitionManager(deps: PartitionManagerDeps): PartitionManager {
  const worker = new PartitionWorker(deps);
  worker.start();
  return worker;
}

type Drain = { isDone: boolean };

class PartitionWorker implements PartitionManager {
  readonly #deps: PartitionManagerDeps;
  readonly #reading = new Set<string>();
  readonly #drains = new Map<string, Drain>();
  #isStopping = false;
  #isGivenUp = false;
  #hasWarned = false;
  /** Whether queues may be requested from other workers. */
  #mayAsk = false;
  /** Whether the last pass did not request a queue because of that. */
  #hasForgone = false;
  /** Queues held by hosts of another kind. */
  #held: ReadonlySet<string> = new Set();
  #loop: Promise<void> = Promise.resolve();
  #wake = new AbortController();

  constructor(deps: PartitionManagerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loop = this.#run();
    void this.#deps.reading.then(() => {
      this.#mayAsk = true;
      if (this.#hasForgone) this.#wake.abort();
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    // Queues with nothing to finish are then released in one pass.
    for (const queueName of this.#reading) this.#drain(queueName);
    this.#wake.abort();
    const { clock, log } = this.#deps;
    const ended = new AbortController();
    const timeout = clock.sleep(STOP_TIMEOUT_MS, ended.signal).then(() => {
      if (!ended.signal.aborted) log.warn("Control queues were not released in time; their leases will expire.");
    });
    await Promise.race([this.#loop, timeout]);
    ended.abort();
    this.#isGivenUp = true;
    // Without the table nothing was drained; the readers would keep polling a storage that is gone.
    for (const queueName of this.#reading) this.#deps.reader.lose(queueName);
    this.#reading.clear();
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isGivenUp; ) {
      const outcome = await this.#tryPass();
      if (outcome === "stopped") return;
      failures = outcome === "failed" ? failures + 1 : 0;
      // A storage that is already gone must not delay the stop; the leases expire on their own.
      if (this.#isStopping && failures >= RETRIES_AT_END) return;
      if (outcome === "failed" && failures <= QUICK_RETRIES) continue;
      const isSoon = outcome === "waiting" || this.#isStopping;
      await this.#rest(isSoon ? HANDOVER_INTERVAL_MS : INTERVAL_MS);
    }
  }

  /** Waits until the next pass is due, or there is more to do than to renew. */
  async #rest(intervalMs: number): Promise<void> {
    for (let leftMs = intervalMs; leftMs > 0; leftMs -= LOOK_INTERVAL_MS) {
      await this.#deps.clock.sleep(Math.min(leftMs, LOOK_INTERVAL_MS), this.#wake.signal, { isRoutine: true });
      if (this.#wake.signal.aborted) {
        this.#wake = new AbortController();
        return;
      }
      if (leftMs > LOOK_INTERVAL_MS && (await this.#hasNews())) return;
    }
  }

  async #hasNews(): Promise<boolean> {
    const { hub, workerId } = this.#deps;
    try {
      const rows = await readPartitions(hub, AbortSignal.timeout(PASS_TIMEOUT_MS));
      const decisions = rows.map((row) => decideRow(row, this.#contextOf(this.#held)));
      const isMine = (index: number) => rows[index]?.currentOwner === workerId;
      return (
        decisions.some(({ isChanged, mine }, index) => isChanged && !(mine === "own" && isMine(index))) ||
        rows.some(({ queueName }, index) => this.#reading.has(queueName) && !isMine(index)) ||
        (this.#mayAsk && decideSteals(this.#shared(decisions), workerId).length > 0)
      );
    } catch {
      // The next pass reports the problem.
      return false;
    }
  }

  async #tryPass(): Promise<"settled" | "waiting" | "failed" | "stopped"> {
    const { workerId, log } = this.#deps;
    const isStopping = this.#isStopping;
    try {
      const decisions = await this.#pass(isStopping);
      this.#hasWarned = false;
      if (isStopping && decisions.every(({ row }) => row.currentOwner !== workerId)) return "stopped";
      return decisions.some(({ row, mine }) => mine === "drain" || row.nextOwner === workerId) ? "waiting" : "settled";
    } catch (error) {
      // Another worker wrote a row first: the next pass sees its changes.
      if (isPreconditionFailed(error)) return "failed";
      // Once per outage, not once per attempt.
      const level = this.#hasWarned ? "debug" : "warn";
      this.#hasWarned = true;
      log.log(level, "The partitions table could not be read or written.", { reason: (error as Error).message });
      return "failed";
    }
  }

  async #pass(isStopping: boolean): Promise<RowDecision[]> {
    const { hub, workerId } = this.#deps;
    const abortSignal = AbortSignal.timeout(PASS_TIMEOUT_MS);
    // While everything is being released, the readers of other hosts do not matter.
    const blobLeases = isStopping ? this.#held : readBlobLeases(hub);
    const [rows, held] = await Promise.all([readPartitions(hub, abortSignal), blobLeases]);
    this.#noteHeld(held);
    const context = { ...this.#contextOf(held), isStopping };
    const decisions = rows.map((row) => decideRow(row, context));
    for (const { queueName, currentOwner } of rows) {
      if (currentOwner !== workerId || held.has(queueName)) this.#lose(queueName);
    }
    // Draining starts before the rows say so, because it can only make us do less.
    for (const { row, mine } of decisions) if (mine === "drain") this.#drain(row.queueName);
    await this.#write(decisions, abortSignal, (decision) => this.#follow(decision));
    if (isStopping) return decisions;
    const steals = decideSteals(this.#shared(decisions), workerId);
    this.#hasForgone = !this.#mayAsk && steals.length > 0;
    if (this.#hasForgone) return decisions;
    await this.#write(steals, abortSignal);
    return [...decisions, ...steals];
  }

  #contextOf(held: ReadonlySet<string>): PassContext {
    const drained = new Set([...this.#drains].filter(([, drain]) => drain.isDone).map(([queueName]) => queueName));
    return {
      me: this.#deps.workerId,
      now: this.#deps.clock.nowTicks(),
      isStopping: this.#isStopping,
      drained,
      isGone: isGoneWorker,
      isHeldElsewhere: (queueName) => held.has(queueName),
    };
  }

  /** The rows to balance: all except those held by hosts of another kind. */
  #shared(decisions: readonly RowDecision[]): RowDecision[] {
    return decisions.filter(({ row }) => !this.#held.has(row.queueName));
  }

  /**
   * Writes all changed rows with one request. If another worker changed one of them, writes each row separately, because
   * that must not prevent us from writing the others.
   *
   * @param follow - Called for each decision whose row is written.
   */
  async #write(
    decisions: readonly RowDecision[],
    abortSignal: AbortSignal,
    follow: (decision: RowDecision) => void = () => {},
  ): Promise<void> {
    const { hub } = this.#deps;
    const changed = decisions.filter(({ isChanged }) => isChanged).map(({ row }) => row);
    const areWritten = changed.length > 1 && (await writePartitionsTogether(hub, changed, abortSignal));
    await allOrFirstError(
      decisions.map(async (decision) => {
        if (decision.isChanged && !areWritten) await writePartition(hub, decision.row, abortSignal);
        follow(decision);
      }),
    );
  }

  #follow({ row, mine }: RowDecision): void {
    if (mine === "own" && !this.#isStopping) this.#read(row.queueName);
    // There is nothing to finish, so the next pass releases it.
    if (mine === "own" && this.#isStopping) this.#drain(row.queueName);
    if (mine === "none") this.#drains.delete(row.queueName);
  }

  #noteHeld(held: ReadonlySet<string>): void {
    const begun = [...held].filter((it) => !this.#held.has(it));
    const ended = [...this.#held].filter((it) => !held.has(it));
    this.#held = held;
    const { log } = this.#deps;
    if (begun.length > 0) {
      const queues = begun.toSorted().join(", ");
      log.warn("A Durable Functions 2.x host holds control queues through blob leases; they are left to that host.", {
        queues,
      });
    }
    if (ended.length > 0) {
      log.info("Blob leases have ended; their control queues are shared again.", {
        queues: ended.toSorted().join(", "),
      });
    }
  }

  #read(queueName: string): void {
    if (this.#reading.has(queueName)) return;
    this.#reading.add(queueName);
    this.#deps.log.debug("A control queue is ours.", { queue: queueName });
    this.#deps.reader.open(queueName);
  }

  #lose(queueName: string): void {
    this.#drains.delete(queueName);
    if (!this.#reading.delete(queueName)) return;
    this.#deps.log.warn("A control queue was taken by another worker.", { queue: queueName });
    this.#deps.reader.lose(queueName);
  }

  #drain(queueName: string): void {
    if (this.#drains.has(queueName)) return;
    const drain: Drain = { isDone: !this.#reading.delete(queueName) };
    this.#drains.set(queueName, drain);
    if (drain.isDone) return;
    this.#deps.log.debug("A control queue is drained.", { queue: queueName });
    const timeout = new AbortController();
    const ended = this.#deps.reader.drain(queueName).catch((error: Error) => {
      this.#deps.log.warn("A control queue was not drained.", { queue: queueName, reason: error.message });
    });
    void Promise.race([ended, this.#deps.clock.sleep(DRAIN_TIMEOUT_MS, timeout.signal)]).then(() => {
      timeout.abort();
      drain.isDone = true;
      this.#wake.abort();
    });
  }
}

/** Lets all writes finish before it throws: no write of a pass may happen after the next pass has started. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
