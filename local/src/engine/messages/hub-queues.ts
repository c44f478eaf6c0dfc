import type { Clock, Logger } from "@same-kit/shared";
import type { DurableTaskSettings } from "../settings.ts";
import type { LargePayloads } from "../taskhub/large-payloads.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";
import { MessageQueue } from "./message-queue.ts";

type HubQueuesDeps = {
  hub: TaskHub;
  payloads: LargePayloads;
  settings: Pick<DurableTaskSettings, "controlQueueVisibilityTimeoutMs" | "workItemQueueVisibilityTimeoutMs">;
  clock: Clock;
  log: Logger;
};

/** All queues of a hub, one object each. */
export class HubQueues {
  readonly workItems: MessageQueue;
  readonly #deps: HubQueuesDeps;
  readonly #known: Map<string, MessageQueue>;

  constructor(deps: HubQueuesDeps) {
    this.#deps = deps;
    const { hub, settings } = deps;
    const visibilityTimeoutMs = settings.workItemQueueVisibilityTimeoutMs;
    this.workItems = new MessageQueue({ ...deps, queue: hub.workItemQueue, visibilityTimeoutMs });
    this.#known = new Map([[this.workItems.name, this.workItems]]);
  }

  /** The control queue of an instance. */
  ofInstance(instanceId: string): MessageQueue {
    const queue = this.#deps.hub.controlQueues[this.#deps.hub.partitionOf(instanceId)];
    if (queue === undefined) throw new RangeError("A partition has no control queue.");
    return this.named(queue.name);
  }

  /**
   * Any queue of the hub, including a control queue left over from a larger partition count, which must be drained like
   * any other.
   */
  named(queueName: string): MessageQueue {
    const known = this.#known.get(queueName);
    if (known !== undefined) return known;
    const { hub, settings } = this.#deps;
    const visibilityTimeoutMs = settings.controlQueueVisibilityTimeoutMs;
    const queue = new MessageQueue({ ...this.#deps, queue: hub.queue(queueName), visibilityTimeoutMs });
    this.#known.set(queueName, queue);
    return queue;
  }
}
