import { describe, expect, test } from "vitest";
import { HostileDelivery } from "../../../../local/src/engine/delivery/hostile-delivery.ts";
import type { Inbox } from "../../../../local/src/engine/delivery/queue-reader.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { controlQueueName, partitionOf, workItemQueueName } from "../../../../local/src/engine/taskhub/names.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";
import { HUB, VirtualWorld } from "../../../helpers/virtual-world.ts";

const CONTROL = controlQueueName(HUB, partitionOf("abc", 4));
const WORK_ITEMS = workItemQueueName(HUB);
const inputOf = ({ data }: ReceivedMessage) => (data.TaskMessage.Event as { Input: string | null }).Input;

/** Keeps the messages it receives, and has room for `room` of them. */
class RecordingInbox implements Inbox {
  readonly taken: ReceivedMessage[] = [];
  room: number;

  constructor(room = 32) {
    this.room = room;
  }

  makeRoom(): number {
    const { room } = this;
    this.room = 0;
    return room;
  }

  makeRoomForOne(): boolean {
    if (this.room === 0) return false;
    this.room -= 1;
    return true;
  }

  giveUpRoom(count: number): void {
    this.room += count;
  }

  take(message: ReceivedMessage): void {
    this.taken.push(message);
  }
}

type Options = { room?: number; hostile?: HostileDelivery; maxPollingIntervalMs?: number };

async function open({ room = 32, ...options }: Options = {}) {
  const world = new VirtualWorld();
  const { delivery } = await world.openDelivery(options);
  delivery.start();
  const inbox = new RecordingInbox(room);
  const read = async (queueName = CONTROL) => {
    const reading = delivery.read(queueName, inbox);
    await world.settle();
    return reading;
  };
  const timeIn = (ms: number) => new Date(world.clock.now().getTime() + ms).toISOString();
  const shownIn = () => world.messages().map(({ visibleAtMs }) => visibleAtMs - world.clock.now().getTime());
  return { world, delivery, inbox, read, timeIn, shownIn };
}

const prepare = (message = eventMessage("1"), visibleAt?: string) => ({
  route: "control" as const,
  message,
  ...(visibleAt === undefined ? {} : { visibleAt }),
});

describe("a message to a queue that is read here", () => {
  test("is handed over only after it is delivered, and is hidden from others until then", async () => {
    const { world, delivery, inbox, read, shownIn } = await open();
    await read();
    const prepared = await delivery.prepare("abc", prepare());
    await world.settle();
    expect(inbox.taken).toEqual([]);
    expect(shownIn()[0]).toBeGreaterThan(10_000);
    const trust = { isFirst: true, rowEtag: "1" };
    prepared.deliver(trust);
    expect(inbox.taken.map(inputOf)).toEqual(["1"]);
    expect(inbox.taken[0]?.startTrust).toBe(trust);
  });

  test("that is left undelivered is not handed over until a poll finds it after its visibility timeout", async () => {
    const { world, delivery, inbox, read, shownIn } = await open({ maxPollingIntervalMs: 600_000 });
    await read();
    const room = inbox.room;
    await world.pass(1_000_000);
    (await delivery.prepare("abc", prepare())).leave();
    expect(inbox.room).toBe(room);
    const [hiddenMs] = shownIn();
    const leftAtMs = world.clock.now().getTime();
    await world.settle();
    expect(inbox.taken).toEqual([]);
    await world.until(() => inbox.taken.length > 0);
    expect(inbox.taken[0]?.dequeueCount).toBe(1);
    // The queue tells whole seconds.
    expect(world.clock.now().getTime() - leftAtMs).toBeLessThan((hiddenMs ?? 0) + 1_000);
  });

  test("waits in the queue if there is no room", async () => {
    const { world, delivery, inbox, read, shownIn } = await open({ room: 0 });
    const reading = await read();
    await delivery.send(eventMessage("1"));
    await world.settle();
    expect(inbox.taken).toEqual([]);
    expect(shownIn()).toEqual([0]);
    inbox.room = 1;
    reading.wake();
    await world.settle();
    expect(inbox.taken.map(inputOf)).toEqual(["1"]);
  });

  test("frees its room if it cannot be sent", async () => {
    const { delivery, inbox, read, world } = await open();
    await read();
    const room = inbox.room;
    world.storage.abandon();
    await expect(delivery.prepare("abc", prepare())).rejects.toThrow("abandoned");
    expect(inbox.room).toBe(room);
  });

  test("is returned immediately if its queue was lost before delivery", async () => {
    const { world, delivery, inbox, read, shownIn } = await open();
    const reading = await read();
    const room = inbox.room;
    const prepared = await delivery.prepare("abc", prepare());
    await reading.stop();
    prepared.deliver();
    await world.settle();
    expect(inbox.taken).toEqual([]);
    expect(inbox.room).toBe(room);
    expect(shownIn()).toEqual([0]);
  });

  test("goes to the latest reading of its queue, even if an older one ends later", async () => {
    const { delivery, inbox, read } = await open();
    const older = await read();
    const newer = await read();
    await older.stop();
    await delivery.send(eventMessage("1"));
    expect(inbox.taken.map(inputOf)).toEqual(["1"]);
    await newer.stop();
  });
});

describe("a message that is due later", () => {
  test("within the visibility timeout is handed over on the millisecond", async () => {
    const { world, delivery, inbox, read, timeIn } = await open();
    await read();
    await world.pass(123);
    const dueMs = world.clock.now().getTime() + 2_345;
    (await delivery.prepare("abc", prepare(eventMessage("1"), timeIn(2_345)))).deliver();
    await world.until(() => inbox.taken.length > 0);
    expect(world.clock.now().getTime()).toBe(dueMs);
  });

  test("after more than the visibility timeout is left in the queue, and polled for when it becomes visible", async () => {
    const { world, delivery, inbox, read, timeIn, shownIn } = await open();
    await read();
    (await delivery.prepare("abc", prepare(eventMessage("1"), timeIn(3_600_500)))).deliver();
    // The queue counts whole seconds, and a timer must not fire early.
    expect(shownIn()).toEqual([3_601_000]);
    await world.until(() => inbox.taken.length > 0);
    expect(world.clock.now().toISOString()).toBe("2026-06-24T15:00:01.000Z");
  });

  test("is held until it is due, but no longer than the delivery runs", async () => {
    const { world, delivery, inbox, read, timeIn } = await open();
    await read();
    (await delivery.prepare("abc", prepare(eventMessage("1"), timeIn(2_000)))).deliver();
    await delivery.stop();
    await world.pass(3_000);
    expect(inbox.taken).toEqual([]);
    expect(world.messages()).toHaveLength(1);
  });
});

describe("a delivery is idle", () => {
  test("until something is worked on here", async () => {
    const { delivery, inbox, read } = await open();
    await read();
    expect(delivery.isIdle).toBe(true);
    await delivery.send(eventMessage("1"));
    expect(delivery.isIdle).toBe(false);
    await delivery.delete(inbox.taken[0] as ReceivedMessage);
    expect(delivery.isIdle).toBe(true);
  });

  test("while all that it holds waits for its time", async () => {
    const { world, delivery, inbox, read, timeIn } = await open();
    await read();
    (await delivery.prepare("abc", prepare(eventMessage("1"), timeIn(2_000)))).deliver();
    expect(delivery.isIdle).toBe(true);
    await world.until(() => inbox.taken.length > 0);
    expect(delivery.isIdle).toBe(false);
  });

  test("once it has stopped, whatever it held", async () => {
    const { delivery, read } = await open();
    await read();
    await delivery.send(eventMessage("1"));
    await delivery.stop();
    expect(delivery.isIdle).toBe(true);
  });
});

test("a timer of an instance goes to that instance's queue, and needs no reader here", async () => {
  const { world, delivery, timeIn } = await open();
  const other = Array.from({ length: 100 }, (_, n) => `i${n}`).find(
    (id) => partitionOf(id, 4) !== partitionOf("abc", 4),
  );
  const outgoing = { route: "own-control", message: eventMessage("1", other), visibleAt: timeIn(2_000) } as const;
  (await delivery.prepare("abc", outgoing)).deliver();
  expect(world.storage.queue(CONTROL).messages()).toHaveLength(1);
});

test("a message to a queue that is not read here is visible to all readers immediately", async () => {
  const { delivery, shownIn } = await open();
  await delivery.send(eventMessage("1"));
  await delivery.prepare("abc", { route: "work-items", message: eventMessage("2") });
  expect(shownIn()).toEqual([0, 0]);
});

describe("a start", () => {
  test("is in its queue before its row is written, and is worked on only afterwards", async () => {
    const { world, delivery, inbox, read } = await open();
    await read();
    const seen: number[] = [];
    await delivery.sendStart(eventMessage("1"), async () => {
      seen.push(world.messages().length, inbox.taken.length);
      return { isFirst: false, rowEtag: "1" };
    });
    expect(seen).toEqual([1, 0]);
    expect(inbox.taken.map((it) => it.startTrust)).toEqual([{ isFirst: false, rowEtag: "1" }]);
  });

  test("whose row was written by another start is worked on without trust", async () => {
    const { delivery, inbox, read } = await open();
    await read();
    await delivery.sendStart(eventMessage("1"), async () => null);
    expect(inbox.taken.map((it) => it.startTrust)).toEqual([undefined]);
  });

  test("whose row could not be written is left in the queue", async () => {
    const { world, delivery, inbox, read } = await open();
    await read();
    const room = inbox.room;
    const failing = delivery.sendStart(eventMessage("1"), () => Promise.reject(new Error("no route")));
    await expect(failing).rejects.toThrow("no route");
    await world.settle();
    expect([inbox.taken, world.messages().length]).toEqual([[], 1]);
    expect(inbox.room).toBe(room);
    await world.until(() => inbox.taken.length > 0);
  });
});

describe("a delivery that has not started", () => {
  async function openUnstarted() {
    const world = new VirtualWorld();
    const { delivery } = await world.openDelivery();
    const inbox = new RecordingInbox();
    const reading = delivery.read(CONTROL, inbox);
    const send = async (input: string) => {
      await delivery.send(eventMessage(input));
      await world.pass(60_000);
    };
    return { world, delivery, inbox, reading, send };
  }

  test("neither receives nor hides a message, even one that it sends itself", async () => {
    const { world, delivery, inbox, reading, send } = await openUnstarted();
    reading.wake();
    await send("1");
    expect(inbox.taken).toEqual([]);
    expect(world.messages()).toMatchObject([{ dequeueCount: 0, visibleAtMs: world.clock.now().getTime() - 60_000 }]);
    delivery.start();
    await world.settle();
    await delivery.send(eventMessage("2"));
    expect(inbox.taken.map(inputOf)).toEqual(["1", "2"]);
    expect(world.storage.queue(CONTROL).messages()[1]).toMatchObject({ dequeueCount: 0 });
  });

  test("never reads a queue whose reading was stopped before the start", async () => {
    const { world, delivery, inbox, reading, send } = await openUnstarted();
    await reading.stop();
    delivery.start();
    await send("1");
    expect([inbox.taken, world.messages().length]).toEqual([[], 1]);
    expect(world.messages()).toMatchObject([{ dequeueCount: 0 }]);
  });
});

describe("a received message", () => {
  test("stays hidden from others for as long as it is held", async () => {
    const { world, delivery, inbox, read } = await open();
    await read();
    await delivery.send(eventMessage("1"));
    const other = new RecordingInbox();
    const { delivery: another } = await world.openDelivery();
    another.start();
    another.read(CONTROL, other);
    await world.pass(600_000);
    expect([inbox.taken.length, other.taken.length]).toEqual([1, 0]);
  });

  test("is gone once it is deleted, and visible immediately once it is released", async () => {
    const { world, delivery, inbox, read, shownIn } = await open();
    const reading = await read();
    for (const input of ["1", "2"]) await delivery.send(eventMessage(input));
    await reading.stop();
    const [first, second] = inbox.taken as [ReceivedMessage, ReceivedMessage];
    await delivery.delete(first);
    await delivery.release(second);
    await world.settle();
    expect(shownIn()).toEqual([0]);
  });

  test("comes back two seconds after it was abandoned, without waiting for a poll", async () => {
    const { world, delivery, inbox, read } = await open();
    await read();
    await delivery.send(eventMessage("1"));
    const abandonedAt = world.clock.now().getTime();
    await delivery.abandon(inbox.taken[0] as ReceivedMessage);
    await world.until(() => inbox.taken.length > 1);
    expect(world.clock.now().getTime() - abandonedAt).toBe(2_000);
  });
});

test("a message that arrives from the queue after reading was stopped is returned", async () => {
  const { world, delivery, inbox, shownIn } = await open();
  await delivery.send(eventMessage("1"));
  const reading = delivery.read(CONTROL, inbox);
  await reading.stop();
  await world.settle();
  expect(inbox.taken).toEqual([]);
  expect(shownIn()).toEqual([0]);
});

test("an episode with hundreds of messages leaves storage capacity for the leases", async () => {
  const { world, delivery } = await open();
  let sending = 0;
  let most = 0;
  for (const name of [CONTROL, WORK_ITEMS]) {
    const queue = world.storage.queue(name);
    const send = queue.send.bind(queue);
    queue.send = async (...args) => {
      sending += 1;
      most = Math.max(most, sending);
      return send(...args).finally(() => {
        sending -= 1;
      });
    };
  }
  const routes = ["control", "own-control", "work-items"] as const;
  const outgoing = Array.from({ length: 300 }, (_, index) => ({
    route: routes[index % 3] ?? "control",
    message: eventMessage("1"),
  }));
  await Promise.all(outgoing.map((it) => delivery.prepare("abc", it)));
  expect(world.messages()).toHaveLength(300);
  expect(most).toBe(64);
});

test("a hostile delivery hands over every message in a shuffled order, which the seed determines", async () => {
  const deliver = async (hostile?: HostileDelivery) => {
    const { world, delivery, inbox, read } = await open(hostile === undefined ? {} : { hostile });
    await read();
    const inputs = Array.from({ length: 20 }, (_, index) => String(index));
    const prepared = await Promise.all(inputs.map((it) => delivery.prepare("abc", prepare(eventMessage(it)))));
    for (const it of prepared) it.deliver();
    while (inbox.taken.length < inputs.length) await world.settle();
    return { inputs, taken: inbox.taken.map(inputOf) };
  };
  const plain = await deliver();
  expect(plain.taken).toEqual(plain.inputs);
  const hostile = await deliver(new HostileDelivery(1));
  expect(hostile.taken).not.toEqual(hostile.inputs);
  expect(hostile.taken.toSorted()).toEqual(hostile.inputs.toSorted());
  expect((await deliver(new HostileDelivery(1))).taken).toEqual(hostile.taken);
});

test("a hostile delivery sends a message twice", async () => {
  const hostile = new HostileDelivery(1);
  hostile.isDoubled = () => true;
  const { world, delivery } = await open({ hostile });
  await delivery.send(eventMessage("1"));
  expect(world.messages()).toHaveLength(2);
});
