// A history grows with every call of its orchestrator. Sending and parsing all of it each time would make the
// thousandth call a hundred times as slow as the tenth, so the worker keeps what it has received and only gets new
// events.

import type { HistoryReference } from "./messages.ts";
import type { OrchestratorTrigger } from "./orchestrator-trigger.ts";

/** About 20 MB in the worker. */
const MAX_KEPT_EVENTS = 50_000;
const ORCHESTRATOR_STARTED = 12;

type Sent = {
  /** Events before those that were new to the last call; they do not change any more. */
  settled: number;
  lastSettled: unknown;
  length: number;
};

/** Which histories one worker process has; the worker keeps exactly these. */
export class SentHistories {
  readonly #maxEvents: number;
  /** By instance, least recently used first. */
  readonly #sent = new Map<string, Sent>();
  #events = 0;

  constructor(maxEvents = MAX_KEPT_EVENTS) {
    this.#maxEvents = maxEvents;
  }

  /** How to send the next value: after the first `keep` events that the worker has. */
  next({ instanceId, history }: OrchestratorTrigger): HistoryReference {
    const known = this.#sent.get(instanceId);
    const isGrown = known !== undefined && known.settled > 0 && history[known.settled - 1] === known.lastSettled;
    const keep = isGrown ? known.settled : 0;
    this.forget(instanceId);
    const settled = Math.max(history.findLastIndex(isWakeUp), 0);
    this.#sent.set(instanceId, { settled, lastSettled: history[settled - 1], length: history.length });
    this.#events += history.length;
    return { instanceId, keep, drop: this.#evict() };
  }

  /** Called when the worker turns out not to have the history. */
  forget(instanceId: string): void {
    this.#events -= this.#sent.get(instanceId)?.length ?? 0;
    this.#sent.delete(instanceId);
  }

  #evict(): string[] {
    const dropped: string[] = [];
    for (const instanceId of this.#sent.keys()) {
      if (this.#events <= this.#maxEvents) break;
      this.forget(instanceId);
      dropped.push(instanceId);
    }
    return dropped;
  }
}

function isWakeUp(event: unknown): boolean {
  return (event as { EventType?: unknown }).EventType === ORCHESTRATOR_STARTED;
}
