import { type DurableClient, OrchestrationRuntimeStatus } from "durable-functions";
import type { Limits } from "../contract/limits.ts";

// Each check lists all instances, which costs requests.
const EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
// Durable requires a start time; no run is older.
const BEGINNING = new Date("2020-01-01T00:00:00Z");

const { Completed, Failed, Terminated, Canceled } = OrchestrationRuntimeStatus;

/** Removes ended runs that are older than `SAME_RUN_DAYS`, with all their data. */
export class RunRetention {
  readonly #now: () => number;
  #next = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Runs at most once an hour. A failure does not affect the run that was just started. */
  async afterStart(
    client: Pick<DurableClient, "purgeInstanceHistoryBy">,
    { runDays }: Pick<Limits, "runDays">,
    log: (text: string) => void,
  ): Promise<void> {
    if (runDays === null || this.#now() < this.#next) return;
    this.#next = this.#now() + EVERY_MS;
    try {
      const { instancesDeleted } = await client.purgeInstanceHistoryBy({
        createdTimeFrom: BEGINNING,
        createdTimeTo: new Date(this.#now() - runDays * DAY_MS),
        runtimeStatus: [Completed, Failed, Terminated, Canceled],
      });
      if (instancesDeleted > 0) log(`Removed ${instancesDeleted} runs older than ${runDays} days (SAME_RUN_DAYS).`);
    } catch (error) {
      log(`Runs older than ${runDays} days could not be removed: ${(error as Error).message}`);
    }
  }
}
