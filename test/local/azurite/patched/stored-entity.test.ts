import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../../local/src/azurite/patched/loki.ts";
import { type Entity, packLoaded, StoredEntity } from "../../../../local/src/azurite/patched/stored-entity.ts";
import { Loki, makeCollection } from "../../../helpers/loki.ts";

const TIME = "2026-11-28T07:45:16.1234567Z";

function row(properties: Entity["properties"], RowKey = "1"): Entity {
  return { PartitionKey: "a", RowKey, properties, lastModifiedTime: TIME, eTag: `W/"datetime'${TIME}'"` };
}

const HISTORY_ROW = {
  EventType: "TaskCompleted",
  EventId: -1,
  IsPlayed: false,
  Result: '{"text":"ü\\u2028 \\ud83d\\ude00"}',
  "Timestamp@odata.type": "Edm.DateTime",
  Timestamp: TIME,
  "_Timestamp@odata.type": "Edm.DateTime",
  _Timestamp: "2026-11-28T07:45:16Z",
};

describe("a stored row", () => {
  test.each<[string, Entity["properties"]]>([
    ["of a history", HISTORY_ROW],
    ["without properties", {}],
    ["with empty and absent values", { empty: "", absent: null, zero: 0, "empty@odata.type": "" }],
    ["with a type that is a number", { "n@odata.type": 1, n: 2 }],
    ["with numbers at their limits", { low: -1.7976931348623157e308, small: 5e-324, whole: 2 ** 53 }],
    ["with names that JavaScript treats specially", JSON.parse('{"__proto__":"x","constructor":"y","2":1,"1":2}')],
    ["with separators in a name and a value", { 'a","b': "\0", "a\0": "1", a: "\0" }],
  ])("%s has the same values in the same order", (_, properties) => {
    const stored = new StoredEntity(row(properties));
    expect(Object.entries(stored.properties)).toEqual(Object.entries(properties));
    expect(stored).toMatchObject({ PartitionKey: "a", RowKey: "1", eTag: `W/"datetime'${TIME}'"` });
    expect(stored.lastModifiedTime).toBe(TIME);
  });

  test("drops undefined values, as a file would", () => {
    const stored = new StoredEntity(row({ a: undefined, b: 1 }));
    expect(Object.keys(stored.properties)).toEqual(["b"]);
  });

  test("is not changed by later changes to what it was made from", () => {
    const properties = { a: 1 };
    const stored = new StoredEntity(row(properties));
    properties.a = 2;
    expect(stored.properties).toEqual({ a: 1 });
  });

  test("is not mistaken for another row of the same layout, or of the same names with other types", () => {
    const one = new StoredEntity(row({ a: "1", "a@odata.type": "Edm.Int64" }));
    const two = new StoredEntity(row({ a: "2", "a@odata.type": "Edm.Int64" }));
    const three = new StoredEntity(row({ a: "3", "a@odata.type": "Edm.Guid" }));
    expect([one, two, three, one].map(({ properties }) => properties["a"])).toEqual(["1", "2", "3", "1"]);
    expect(three.properties["a@odata.type"]).toBe("Edm.Guid");
    expect(two.properties["a@odata.type"]).toBe("Edm.Int64");
  });

  test("keeps its values when there are thousands of layouts", () => {
    const rows = Array.from({ length: 3000 }, (_, at) => new StoredEntity(row({ [`column${at}`]: at })));
    for (const [at, { properties }] of rows.entries()) expect(properties).toEqual({ [`column${at}`]: at });
  });
});

describe("in a collection", () => {
  test("stored rows are inserted, updated, removed and inserted again", () => {
    const table = makeCollection<StoredEntity>();
    const first = table.insert(new StoredEntity(row({ a: 1 })));
    expect(first.$loki).toBe(1);
    const { $loki } = first;
    table.update(new StoredEntity({ ...row({ a: 2 }), $loki }));
    expect(table.data.map(({ properties }) => properties)).toEqual([{ a: 2 }]);
    const removed = table.data[0] as StoredEntity;
    table.remove(removed);
    expect(table.data).toEqual([]);
    expect(table.insert(removed)).toMatchObject({ $loki: 2, properties: { a: 2 } });
  });

  test("stored rows are written as LokiJS writes Azurite's", () => {
    const [plain, stored] = [makeCollection<Entity & { $loki: number }>(), makeCollection<StoredEntity>()];
    plain.insert(row(HISTORY_ROW));
    stored.insert(new StoredEntity(row(HISTORY_ROW)));
    const [expected] = JSON.parse(JSON.stringify(plain.data));
    expected.meta.created = 0;
    expect(JSON.parse(JSON.stringify(stored.data))).toEqual([expected]);
  });
});

describe("a database that was loaded", () => {
  let db: InstanceType<typeof Loki>;
  beforeEach(() => {
    db = new Loki("", { persistenceMethod: "memory" });
  });
  afterEach(() => db.removeCollection("rows"));

  const load = (count: number, toDoc: (at: number) => object) => {
    const collection = db.addCollection<never>("rows");
    for (let at = 0; at < count; at += 1) collection.insert(toDoc(at) as never);
    packLoaded(db as Database);
    return db.getCollection<StoredEntity>("rows").data;
  };

  test("has stored rows if there are many", () => {
    const data = load(100_000, (at) => row({ at }, String(at)));
    expect(data.every((it) => it instanceof StoredEntity)).toBe(true);
    expect(data[99_999]).toMatchObject({ $loki: 100_000, RowKey: "99999", properties: { at: 99_999 } });
  });

  test("stays as it is if there are few rows, or other documents", () => {
    const few = load(10, (at) => row({ at }));
    expect(few.some((it) => it instanceof StoredEntity)).toBe(false);
    db.removeCollection("rows");
    const others = load(100_000, (at) => ({ name: at }));
    expect(others.some((it) => it instanceof StoredEntity)).toBe(false);
  });
});
