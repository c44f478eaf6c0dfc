import { type Clock, Limiter } from "@same-kit/shared";
import type { HeldMessages } from "../messages/held-messages.ts";
import type { OutgoingMessage, ReceivedMessage } from "../messages/message-data.ts";
import type { MessageQueue, SentMessage } from "../messages/message-queue.ts";
import type { Outgoing } from "../orchestrations/episode-types.ts";

/** A message that is safely in its queue; `deliver` hands it to this host where this host takes it. */
export type PreparedDelivery = {
  deliver(): void;
  /** The sender's work was not stored, or that is not known: the message shows when its hold is over. */
  leave(): void;
  sent: SentMessage;
  /** Null where the message is visible to everybody. */
  messageId: string | null;
};

export type MessageRouterDeps = {
  controlQueues: readonly MessageQueue[];
  workItems: MessageQueue;
  partitionOf: (instanceId: string) => number;
  held: HeldMessages;
  clock: Clock;
  /** How long a message that this host takes itself stays invisible to others. */
  visibilityTimeoutMs: number;
  /** Where messages go that this host may take without polling. */
  takers: MessageTakers;
};

export type MessageTakers = {
  /** Whether this host reads that control queue. */
  ownsQueue: (queueName: string) => boolean;
  takeControlMessage: (message: ReceivedMessage, queue: MessageQueue) => void;
  /** A slot for one activity that is free now and kept for it; null where there is none. */
  reserveActivity: () => { run: (message: ReceivedMessage) => void; cancel: () => void } | null;
  /** A message will be visible at this time in that queue. */
  expectAt: (queueName: string, time: Date) => void;
};

// A fan-out of thousands, sent at once, would keep the storage so busy that the leases of the partitions run out meanwhile.
const MAX_SENDS_AT_ONCE = 64;

/**
 * Sends messages; those that this host will work on itself are sent invisible to others and handed over from memory, so that
 * nothing waits for polling and a crash loses nothing: they appear when their visibility timeout is over.
 */
export class MessageRouter {
  readonly #deps: MessageRouterDeps;
  readonly #sends = new Limiter(MAX_SENDS_AT_ONCE);

  constructor(deps: MessageRouterDeps) {
    this.#deps = deps;
  }

  /** Sends what an episode of `senderId` decided. */
  prepare(senderId: string, outgoing: Outgoing): Promise<PreparedDelivery> {
    return this.#sends.run(() => this.#prepare(senderId, outgoing));
  }

  #prepare(senderId: string, { route, message, visibleAt }: Outgoing): Promise<PreparedDelivery> {
    switch (route) {
      case "work-items":
        return this.#prepareWorkItem(message);
      case "own-control":
        return this.prepareControl(this.queueOf(senderId), message, visibleAt);
      case "control":
        return this.prepareControl(
          this.queueOf(message.taskMessage.OrchestrationInstance.InstanceId),
          message,
          visibleAt,
        );
    }
  }

  /** Sends to one instance and hands it over at once. */
  async send(message: OutgoingMessage, visibleAt?: string): Promise<SentMessage> {
    const queue = this.queueOf(message.taskMessage.OrchestrationInstance.InstanceId);
    const delivery = await this.prepareControl(queue, message, visibleAt);
    delivery.deliver();
    return delivery.sent;
  }

  async prepareControl(queue: MessageQueue, message: OutgoingMessage, visibleAt?: string): Promise<PreparedDelivery> {
    const { takers, held, clock, visibilityTimeoutMs } = this.#deps;
    const delayMs = visibleAt === undefined ? 0 : Date.parse(visibleAt) - clock.now().getTime();
    const isSoon = delayMs < visibilityTimeoutMs && takers.ownsQueue(queue.name);
    if (visibleAt !== undefined && delayMs > 0 && !isSoon) {
      const sent = await queue.send(message, visibleAt);
      return visible(sent, () => takers.expectAt(queue.name, new Date(visibleAt)));
    }
    if (!takers.ownsQueue(queue.name)) return visible(await queue.send(message));
    const received = await queue.sendAndHold(message);
    held.add(received, queue);
    const take = () => takers.takeControlMessage(received, queue);
    // A queue's delays are whole seconds; what is due within a hold this host delivers to the millisecond.
    return inHand(received, held, delayMs > 0 ? () => void setTimeout(take, Math.ceil(delayMs) + 1).unref() : take);
  }

  queueOf(instanceId: string): MessageQueue {
    const queue = this.#deps.controlQueues[this.#deps.partitionOf(instanceId)];
    if (queue === undefined) throw new RangeError("A partition has no control queue.");
    return queue;
  }

  async #prepareWorkItem(message: OutgoingMessage): Promise<PreparedDelivery> {
    const { takers, held, workItems } = this.#deps;
    const slot = takers.reserveActivity();
    if (slot === null) return visible(await workItems.send(message));
    try {
      const received = await workItems.sendAndHold(message);
      held.add(received, workItems);
      return inHand(received, held, () => slot.run(received), slot.cancel);
    } catch (error) {
      slot.cancel();
      throw error;
    }
  }
}

/** Everybody can see it already: there is nothing to hand over. */
function visible(sent: SentMessage, deliver: () => void = () => {}): PreparedDelivery {
  return { sent, messageId: null, deliver, leave() {} };
}

function inHand(
  received: ReceivedMessage & { blobName: string | null },
  held: HeldMessages,
  deliver: () => void,
  cancel: () => void = () => {},
): PreparedDelivery {
  return {
    sent: { data: received.data, blobName: received.blobName },
    messageId: received.messageId,
    deliver,
    leave() {
      cancel();
      held.forget(received);
    },
  };
}
