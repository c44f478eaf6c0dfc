import { expect, test } from "vitest";
import { findAttention } from "../../../inspector/src/home/attention.ts";
import type { HubState, InstanceSummary } from "../../../local/src/inspector/api.ts";

const now = new Date("2026-05-02T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();

const instance = (changes: Partial<InstanceSummary>): InstanceSummary => ({
  id: "i1",
  name: "orders",
  status: "Failed",
  createdAt: ago(90),
  updatedAt: ago(60),
  ...changes,
});

const queue = { name: "q", messages: 0, oldestAt: null };
const partition = { ...queue, name: "hub-control-00", owner: "host", nextOwner: null, leaseExpiresAt: ago(-20) };
const healthyHub: HubState = {
  hubName: "hub",
  storage: "memory",
  partitions: [partition],
  workItems: queue,
  poison: [],
};

const find = (seen: Partial<Parameters<typeof findAttention>[0]>) =>
  findAttention({ instances: [], functions: [], hub: healthyHub, now, ...seen });
const texts = (seen: Parameters<typeof find>[0]) => find(seen).map(({ text }) => text);

test("a healthy host needs no attention", () => {
  expect(find({ instances: [instance({ status: "Completed" })] })).toEqual([]);
});

test("instances that failed within a day are listed with a link", () => {
  const instances = [instance({ id: "a b" }), instance({ id: "old", updatedAt: ago(86_500) })];
  expect(find({ instances })).toEqual([{ text: "orders failed:", link: { text: "a b", href: "#/instance?id=a+b" } }]);
});

test("only the newest of many failures are listed, and the others are counted", () => {
  const instances = Array.from({ length: 8 }, (_, index) => instance({ id: `i${index}` }));
  const items = find({ instances });
  expect(items).toHaveLength(6);
  expect(items[5]).toEqual({
    text: "3 more failed within a day:",
    link: { text: "all that failed", href: "#/instances?status=Failed" },
  });
});

test("a broken function is listed with the reason", () => {
  const functions = [{ name: "f", triggerType: "httpTrigger", isDisabled: false, errors: ["a", "b"] }];
  expect(texts({ functions })).toEqual(["The function f is not served: a; b"]);
});

test("poison queues with messages are listed", () => {
  const poison = [
    { ...queue, name: "jobs-poison", messages: 2 },
    { ...queue, name: "empty-poison" },
  ];
  expect(texts({ hub: { ...healthyHub, poison } })).toEqual(["2 messages are in the poison queue jobs-poison."]);
});

test("a partition without an owner, or with an expired lease, is reported as unread", () => {
  const second = { ...partition, name: "hub-control-01" };
  const orphan = { ...second, owner: null };
  expect(texts({ hub: { ...healthyHub, partitions: [partition, orphan] } })).toEqual(["No host reads hub-control-01."]);
  const expired = { ...partition, leaseExpiresAt: ago(5) };
  expect(texts({ hub: { ...healthyHub, partitions: [expired] } })).toEqual([
    "No host reads the task hub: nothing continues.",
  ]);
});

test("a message that has waited for more than a minute is reported", () => {
  const workItems = { name: "hub-workitems", messages: 1, oldestAt: ago(125) };
  expect(texts({ hub: { ...healthyHub, workItems } })).toEqual([
    "A message has waited in hub-workitems for 2 min 5 s.",
  ]);
});
