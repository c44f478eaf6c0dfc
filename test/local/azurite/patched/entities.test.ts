import { describe, expect, test } from "vitest";
import { entitiesFor, findEntity, withPartition } from "../../../../local/src/azurite/patched/entities.ts";
import { makeCollection } from "../../../helpers/loki.ts";

type Entity = { $loki: number; PartitionKey: string; RowKey: string; value: number };
const row = (PartitionKey: string, RowKey: string, value = 0) => ({ PartitionKey, RowKey, value });

describe("an entity", () => {
  test("is found by both keys, which are compared as strings", () => {
    const table = makeCollection<Entity>(row("a", "01"), row("a", "1"), row("b", "1"), row("a", ""));
    expect(findEntity(table, "a", "1")).toBe(table.data[1]);
    expect(findEntity(table, "a", "01")).toBe(table.data[0]);
    expect(findEntity(table, "a", "")).toBe(table.data[3]);
    expect(findEntity(table, "a", "2")).toBeNull();
    expect(findEntity(table, "c", "1")).toBeNull();
  });

  test("is found or missed correctly after inserts, updates and removals", () => {
    const table = makeCollection<Entity>(row("a", "1", 1));
    const first = findEntity(table, "a", "1") as Entity;
    const second = table.insert(row("a", "2", 2));
    expect(findEntity(table, "a", "2")).toBe(second);
    table.update({ ...first, value: 3 });
    expect(findEntity(table, "a", "1")).toMatchObject({ value: 3 });
    table.remove(second);
    expect(findEntity(table, "a", "2")).toBeNull();
  });

  test("that replaces a removed one with the same keys is found", () => {
    const table = makeCollection<Entity>(row("a", "1", 1));
    table.remove(findEntity(table, "a", "1") as Entity);
    const next = table.insert(row("a", "1", 2));
    expect(findEntity(table, "a", "1")).toBe(next);
  });
});

describe("a query", () => {
  const identifier = (name: string) => ({ name: "id", identifier: name });
  const equals = (key: string, value: unknown) => ({
    name: "eq",
    left: identifier(key),
    right: { name: "constant", value },
  });
  const table = makeCollection<Entity>(row("a", "1"), row("b", "1"), row("a", "2"));
  const keysFor = (tree: Parameters<typeof withPartition>[1]) =>
    entitiesFor(
      table,
      withPartition(() => true, tree),
    ).map(({ PartitionKey, RowKey }) => PartitionKey + RowKey);

  test("reads only the partition that its filter specifies", () => {
    expect(keysFor(equals("PartitionKey", "a"))).toEqual(["a1", "a2"]);
    expect(keysFor({ name: "and", left: equals("RowKey", "1"), right: equals("PartitionKey", "b") })).toEqual(["b1"]);
    expect(keysFor(equals("PartitionKey", "none"))).toEqual([]);
  });

  test.each([
    ["one of two conditions", { name: "or", left: equals("PartitionKey", "a"), right: equals("RowKey", "1") }],
    ["a negated partition", { name: "not", right: equals("PartitionKey", "a") }],
    ["a property", equals("value", "a")],
    ["a key that is not a string", equals("PartitionKey", 1)],
    ["a range of keys", { ...equals("PartitionKey", "a"), name: "ge" }],
  ])("reads everything if its filter specifies %s", (_, tree) => {
    expect(keysFor(tree)).toEqual(["a1", "b1", "a2"]);
  });
});
