import { expect, test } from "vitest";
import { describeHub } from "../../../local/src/engine/describe-hub.ts";
import { partitionOf } from "../../../local/src/engine/taskhub/names.ts";
import { createMemoryStorage } from "../../../local/src/storage/memory/memory-storage.ts";
import { eventMessage } from "../../helpers/outgoing-message.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { VirtualClock } from "../../helpers/virtual-clock.ts";
import { HUB, VirtualWorld } from "../../helpers/virtual-world.ts";

test("a hub is described by its queues, their messages and their owners", async () => {
  const world = new VirtualWorld();
  const options = { storage: world.storage, hubName: HUB, partitionCount: 4 };
  const { delivery } = await world.openDelivery();
  await delivery.send(eventMessage("1"));
  await world.pass(5_000);
  await delivery.send(eventMessage("2"));
  const index = partitionOf("abc", 4);
  const idle = { messages: 0, oldestAt: null };
  const free = { owner: null, nextOwner: null, leaseExpiresAt: null };
  const found = await describeHub(options);
  expect(found).toEqual({
    hubName: HUB,
    workItems: { name: "hub-workitems", ...idle },
    partitions: [0, 1, 2, 3].map((it) => ({
      name: `hub-control-0${it}`,
      ...(it === index ? { messages: 2, oldestAt: "2026-06-24T14:00:00.000Z" } : idle),
      ...free,
    })),
  });
  await world.startEngine({ invoker: new SdkInvoker({ orchestrators: {} }), workerId: "one" });
  const { partitions } = await describeHub(options);
  expect(partitions.map(({ owner }) => owner)).toEqual(Array(4).fill("one"));
  expect(partitions[0]?.leaseExpiresAt).toMatch(/^2026-06-24T14:00:/);
});

test("a hub that does not exist has no messages and no owners", async () => {
  const storage = createMemoryStorage({ clock: new VirtualClock() });
  expect(await describeHub({ storage, hubName: "Nowhere", partitionCount: 1 })).toEqual({
    hubName: "Nowhere",
    workItems: { name: "nowhere-workitems", messages: null, oldestAt: null },
    partitions: [
      {
        name: "nowhere-control-00",
        messages: null,
        oldestAt: null,
        owner: null,
        nextOwner: null,
        leaseExpiresAt: null,
      },
    ],
  });
});
