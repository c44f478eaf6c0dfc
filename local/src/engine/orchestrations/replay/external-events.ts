import type { LeafTask } from "./replay-task.ts";

/**
 * External events and the tasks that wait for them, matched by exact name: of several tasks, the newest gets the event.
 */
export class ExternalEvents {
  readonly #waits = new Map<string, LeafTask[]>();
  readonly #unclaimed = new Map<string, number>();

  /** Completes `leaf` immediately if an event of this name arrived earlier. */
  await(leaf: LeafTask, name: string): void {
    const unclaimed = this.#unclaimed.get(name) ?? 0;
    if (unclaimed > 0) {
      this.#unclaimed.set(name, unclaimed - 1);
      leaf.settle("completed");
      return;
    }
    const waits = this.#waits.get(name);
    if (waits === undefined) this.#waits.set(name, [leaf]);
    else waits.push(leaf);
  }

  /** @returns Whether a task got the event; otherwise it is kept for a later one. */
  raise(name: string): boolean {
    const newest = this.#waits.get(name)?.pop();
    if (newest === undefined) this.#unclaimed.set(name, (this.#unclaimed.get(name) ?? 0) + 1);
    else newest.settle("completed");
    return newest !== undefined;
  }
}
