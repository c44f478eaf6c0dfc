import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer.ts";

// The first poll after a request finds the operation still running, so that no client gets away without polling.
const POLLS_UNTIL_DONE = 2;

/** Long-running operations: accepted with 202, watched at `Location`, done after a few polls. */
export class Operations {
  readonly #pollsLeft = new Map<string, number>();
  readonly #armUrl: () => string;

  constructor(armUrl: () => string) {
    this.#armUrl = armUrl;
  }

  /** @param polls - How many polls it takes; many make a slow operation. */
  accept(subscriptionId: string, body: object | undefined, polls = POLLS_UNTIL_DONE): Answer {
    const operation = randomUUID();
    this.#pollsLeft.set(operation, polls);
    const location = `${this.#armUrl()}/subscriptions/${subscriptionId}/operationresults/${operation}?api-version=2021-04-01`;
    const slow: Record<string, string> = polls > POLLS_UNTIL_DONE ? { "retry-after": "1" } : {};
    return { status: 202, headers: { location, ...slow }, ...(body === undefined ? {} : { body }) };
  }

  poll(operation: string): Answer {
    const left = (this.#pollsLeft.get(operation) ?? 1) - 1;
    this.#pollsLeft.set(operation, left);
    // Without a status azurerm polls for ever.
    if (left <= 0) return { status: 200, body: { status: "Succeeded" } };
    const location = `${this.#armUrl()}/subscriptions/_/operationresults/${operation}?api-version=2021-04-01`;
    return { status: 202, headers: { location, ...(left > POLLS_UNTIL_DONE ? { "retry-after": "1" } : {}) } };
  }
}
