import { isRecord } from "@same-kit/shared";
import type { InvocationReply } from "../engine/ports.ts";
import type { HostEvent, Step } from "../events/host-event.ts";

// Enough for everything that runs at once; for an evicted instance, the same status is reported again.
const MAX_REMEMBERED = 1000;

/** Reports each change of an orchestrator's custom status, based on the replies of its code. */
export class ProgressReporter {
  readonly #onEvent: (event: HostEvent) => void;
  /** Last status by instance, as JSON. */
  readonly #last = new Map<string, string>();

  constructor(onEvent: (event: HostEvent) => void) {
    this.#onEvent = onEvent;
  }

  report(call: { name: string; instanceId: string }, reply: InvocationReply): void {
    const customStatus = reply.kind === "returned" && isRecord(reply.value) ? reply.value["customStatus"] : undefined;
    if (customStatus === undefined || customStatus === null) return;
    const { instanceId, name: functionName } = call;
    const text = JSON.stringify(customStatus);
    if (this.#last.get(instanceId) === text) return;
    this.#remember(instanceId, text);
    const step = toStep(customStatus);
    this.#onEvent({ kind: "instance-progressed", time: new Date(), instanceId, functionName, customStatus, step });
  }

  #remember(instanceId: string, text: string): void {
    this.#last.delete(instanceId);
    this.#last.set(instanceId, text);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MAX_REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
  }
}

function toStep(customStatus: unknown): Step | null {
  const step = isRecord(customStatus) ? customStatus["step"] : undefined;
  if (!isRecord(step)) return null;
  const { name, index, total } = step;
  if (typeof name !== "string" || !Number.isInteger(index) || !Number.isInteger(total)) return null;
  return { name, index: index as number, total: total as number };
}
