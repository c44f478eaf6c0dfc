import { type DurableClient, OrchestrationRuntimeStatus } from "durable-functions";
import type { Limits } from "../contract/limits.ts";

// Each time looks through all instances, which costs requests.
const EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
// Durable asks for a beginning; no run is older.
const BEGINNING = new Date("2020-01-01T00:00:00Z");

const { Completed, Failed, Terminated, Canceled } = OrchestrationRuntimeStatus;

/** Removes runs that ended, with all that is stored of them, once they are older than `SAME_RUN_DAYS`. */
export class RunRetention {
  readonly #now: () => number;
  #next = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** At most once an hour; a run that was started is answered all the same where this fails. */
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
      if (instancesDeleted > 0)
        log(`Removed ${instancesDeleted} runs of more than ${runDays} days ago (SAME_RUN_DAYS).`);
    } catch (error) {
      log(`Runs of more than ${runDays} days ago could not be removed: ${(error as Error).message}`);
    }
  }
}
