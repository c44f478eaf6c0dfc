import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer.ts";
import { armError } from "../http/answer.ts";

// The first poll after a request finds the operation still running, so that every client has to poll.
const POLLS_UNTIL_DONE = 2;
const API_VERSION = "2021-04-01";

type Operation = { pollsLeft: number; result: () => object };

/** Long-running operations: accepted with 202, polled at `Location`, done after a few polls. */
export class Operations {
  readonly #operations = new Map<string, Operation>();
  readonly #armUrl: () => string;

  constructor(armUrl: () => string) {
    this.#armUrl = armUrl;
  }

  /** @param result - Response of the last poll; azurerm treats an object without a status as "still in progress". */
  accept(subscriptionId: string, result: () => object = succeeded): Answer {
    const id = randomUUID();
    this.#operations.set(id, { pollsLeft: POLLS_UNTIL_DONE, result });
    return this.#accepted(subscriptionId, id);
  }

  poll(subscriptionId: string, id: string): Answer {
    const operation = this.#operations.get(id);
    if (operation === undefined) return armError(404, "NotFound", `The operation '${id}' could not be found.`);
    operation.pollsLeft -= 1;
    return operation.pollsLeft > 0 ? this.#accepted(subscriptionId, id) : { status: 200, body: operation.result() };
  }

  #accepted(subscriptionId: string, id: string): Answer {
    return { status: 202, headers: { location: this.#locationOf(subscriptionId, id), "retry-after": "0" } };
  }

  #locationOf(subscriptionId: string, id: string): string {
    return `${this.#armUrl()}/subscriptions/${subscriptionId}/operationresults/${id}?api-version=${API_VERSION}`;
  }
}

function succeeded(): object {
  return { status: "Succeeded" };
}
