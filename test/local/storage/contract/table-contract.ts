import { describe, expect, test } from "vitest";
import type { StorageTable, TableAction, TableFilter } from "../../../../local/src/storage/storage-table.ts";
import { type Columns, dateTime } from "../../../../local/src/storage/table-values.ts";
import { newName, refusalOf, type StorageSubject } from "./subject.ts";

const key = (rowKey: string, partitionKey = "p") => ({ partitionKey, rowKey });
const row = (rowKey: string, columns: Columns = {}, partitionKey = "p") => ({ ...key(rowKey, partitionKey), columns });
const insert = (rowKey: string, columns: Columns = {}, partitionKey = "p"): TableAction => ({
  kind: "insert",
  entity: row(rowKey, columns, partitionKey),
});
const equals = (column: string, value: string): TableFilter => ({ column, is: "eq", value });

export function describeTables({ account }: StorageSubject): void {
  async function openTable(): Promise<StorageTable> {
    const table = account().table(newName("T"));
    await table.createIfNotExists();
    return table;
  }
  const keysOf = async (table: StorageTable, filter?: TableFilter) =>
    Array.fromAsync(table.query(filter && { filter }), ({ partitionKey, rowKey }) => `${partitionKey}/${rowKey}`);

  describe("a table", () => {
    test("is rejected before it exists, and may be created twice", async () => {
      const table = account().table(newName("T"));
      const calls = [
        table.get(key("a")),
        table.insert(row("a")),
        table.upsert(row("a"), "Merge"),
        table.transact([insert("a")]),
        Array.fromAsync(table.query()),
        table.queryPage({}, { size: 1 }),
      ];
      expect(await Promise.all(calls.map(refusalOf))).toEqual(calls.map(() => "404 TableNotFound"));
      await table.createIfNotExists();
      await table.insert(row("a"));
      await table.createIfNotExists();
      expect(await keysOf(table)).toEqual(["p/a"]);
    });

    test.each(["1abc", "a", "a-b", "a_b"])("cannot be named %s", async (name) => {
      expect(await refusalOf(account().table(name).createIfNotExists())).toMatch(/^400 /);
    });
  });

  test("existing tables are listed by prefix", async () => {
    const prefix = newName("T");
    const names = ["History", "Instances", "History2", "zz"].map((it) => `${prefix}${it}`);
    for (const name of [...names, prefix.slice(0, -1)]) await account().table(name).createIfNotExists();
    expect(await refusalOf(account().table(`${prefix}Absent`).insert(row("a")))).toBe("404 TableNotFound");
    expect((await account().listTables(prefix)).toSorted()).toEqual(names.toSorted());
    expect((await account().listTables(`${prefix}z`)).toSorted()).toEqual([`${prefix}zz`]);
    expect(await account().listTables(`${prefix}x`)).toEqual([]);
  });

  describe("an entity", () => {
    test("is returned with all its values", async () => {
      const table = await openTable();
      const columns = {
        text: "世界 \u2028 😀 \"'\\",
        empty: "",
        int: -5,
        double: 1.5,
        yes: true,
        no: false,
        time: dateTime("2026-06-24T14:02:11.1234567Z"),
        long: { type: "Int64", value: "9007199254740993" } as const,
      };
      const etag = await table.insert(row("a", columns));
      expect(await table.get(key("a"))).toEqual({ ...row("a", columns), etag });
      expect(await Array.fromAsync(table.query())).toEqual([{ ...row("a", columns), etag }]);
    });

    test("may have empty and unusual keys", async () => {
      const table = await openTable();
      for (const it of ["", "o'brien", "50% ^0 世界"]) await table.insert(row(it, {}, it));
      expect(await Promise.all(["", "o'brien", "50% ^0 世界"].map((it) => table.get(key(it, it))))).toHaveLength(3);
      expect(await keysOf(table, equals("PartitionKey", "o'brien"))).toEqual(["o'brien/o'brien"]);
    });

    test.each(["a/b", "a\\b", "a#b", "a?b", "a\u0001b", "a\u009fb", "a".repeat(513)])(
      "cannot have a key such as %j",
      async (bad) => {
        const table = await openTable();
        const calls = [table.insert(row(bad)), table.insert(row("a", {}, bad))];
        for (const refusal of await Promise.all(calls.map(refusalOf))) expect(refusal).toMatch(/^400 /);
        expect(await keysOf(table)).toEqual([]);
      },
    );

    test("can be inserted once, updated only if it exists, and always upserted", async () => {
      const table = await openTable();
      expect(await refusalOf(table.update(row("a"), "Merge"))).toBe("404 ResourceNotFound");
      expect(await refusalOf(table.get(key("a")))).toBe("404 ResourceNotFound");
      await table.insert(row("a", { n: 1 }));
      expect(await refusalOf(table.insert(row("a", { n: 2 })))).toBe("409 EntityAlreadyExists");
      await table.upsert(row("a", { n: 3 }), "Merge");
      await table.upsert(row("b", { n: 4 }), "Merge");
      expect((await Array.fromAsync(table.query())).map(({ columns }) => columns)).toEqual([{ n: 3 }, { n: 4 }]);
    });

    test("keeps its other columns in a merge, and loses them in a replace", async () => {
      const table = await openTable();
      await table.insert(row("a", { kept: 1, changed: 1 }));
      await table.update(row("a", { changed: 2, added: 2 }), "Merge");
      expect((await table.get(key("a"))).columns).toEqual({ kept: 1, changed: 2, added: 2 });
      await table.upsert(row("a", { changed: 3 }), "Merge");
      expect((await table.get(key("a"))).columns).toEqual({ kept: 1, changed: 3, added: 2 });
      await table.update(row("a", { changed: 4 }), "Replace");
      expect((await table.get(key("a"))).columns).toEqual({ changed: 4 });
      await table.upsert(row("a", { added: 5 }), "Replace");
      expect((await table.get(key("a"))).columns).toEqual({ added: 5 });
    });

    test("changes its ETag with every write, and a conditional write needs the current one", async () => {
      const table = await openTable();
      const first = await table.insert(row("a", { n: 1 }));
      const second = await table.update(row("a", { n: 2 }), "Merge", { etag: first });
      expect(second).not.toBe(first);
      for (const mode of ["Merge", "Replace"] as const) {
        const refusal = await refusalOf(table.update(row("a", { n: 3 }), mode, { etag: first }));
        expect(refusal).toBe("412 UpdateConditionNotSatisfied");
      }
      const third = await table.update(row("a", { n: 4 }), "Merge");
      expect(await table.get(key("a"))).toMatchObject({ etag: third, columns: { n: 4 } });
    });

    test("is gone after it was deleted", async () => {
      const table = await openTable();
      await table.insert(row("a"));
      await table.delete(key("a"));
      expect(await refusalOf(table.delete(key("a")))).toBe("404 ResourceNotFound");
      expect(await keysOf(table)).toEqual([]);
      await table.insert(row("a"));
    });

    test("can have up to 32 Ki characters in a column", async () => {
      const table = await openTable();
      await table.insert(row("a", { text: "é".repeat(32 * 1024) }));
      const refusal = await refusalOf(table.insert(row("b", { text: "x".repeat(32 * 1024 + 1) })));
      expect(refusal).toBe("400 PropertyValueTooLarge");
    });

    test("does not change after it was read", async () => {
      const table = await openTable();
      await table.insert(row("a", { n: 1 }));
      const read = await table.get(key("a"));
      await table.update(row("a", { n: 2 }), "Merge");
      expect(read.columns).toEqual({ n: 1 });
    });
  });

  describe("a transaction", () => {
    test("performs all its actions, and returns the new ETags by position", async () => {
      const table = await openTable();
      await table.insert(row("old", { n: 1 }));
      await table.insert(row("gone"));
      const etags = await table.transact([
        insert("new"),
        { kind: "update", entity: row("old", { n: 2 }), mode: "Merge" },
        { kind: "upsert", entity: row("also"), mode: "Replace" },
        { kind: "delete", key: key("gone") },
      ]);
      expect(await keysOf(table)).toEqual(["p/also", "p/new", "p/old"]);
      const stored = await Promise.all(["new", "old", "also"].map((it) => table.get(key(it))));
      expect(etags).toEqual([...stored.map(({ etag }) => etag), null]);
    });

    test("writes entities with an empty partition key if all ETags match, else none", async () => {
      const table = await openTable();
      const etags = await Promise.all(["a", "b"].map((it) => table.insert(row(it, { n: 1, gone: true }, ""))));
      const update = (rowKey: string, n: number, etag = ""): TableAction => {
        return { kind: "update", entity: row(rowKey, { n }, ""), mode: "Replace", etag };
      };
      await table.transact([update("a", 2, etags[0]), update("b", 2, etags[1])]);
      const [a, b] = await Array.fromAsync(table.query());
      expect([a?.columns, b?.columns]).toEqual([{ n: 2 }, { n: 2 }]);
      const stale = table.transact([update("a", 3, a?.etag), update("b", 3, etags[1])]);
      expect(await refusalOf(stale)).toBe("412 UpdateConditionNotSatisfied");
      expect(await Array.fromAsync(table.query())).toEqual([a, b]);
    });

    const impossible: [string, TableAction, string][] = [
      ["an insert of an existing entity", insert("there"), "409 EntityAlreadyExists"],
      [
        "an update of a missing entity",
        { kind: "update", entity: row("absent"), mode: "Merge" },
        "404 ResourceNotFound",
      ],
      ["a delete of a missing entity", { kind: "delete", key: key("absent") }, "404 ResourceNotFound"],
      [
        "an update with a different ETag",
        { kind: "update", entity: row("there"), mode: "Merge", etag: `W/"datetime'2020-01-01T00%3A00%3A00.0000000Z'"` },
        "412 UpdateConditionNotSatisfied",
      ],
      ["a value that is too large", insert("large", { text: "x".repeat(32 * 1024 + 1) }), "400 PropertyValueTooLarge"],
    ];
    test.each(impossible)("with %s changes nothing", async (_, action, refusal) => {
      const table = await openTable();
      await table.insert(row("there", { n: 1 }));
      const before = await Array.fromAsync(table.query());
      expect(await refusalOf(table.transact([insert("first"), action, insert("last")]))).toBe(refusal);
      expect(await Array.fromAsync(table.query())).toEqual(before);
    });

    test("that fails at its end undoes inserts, merges, replacements and deletes", async () => {
      const table = await openTable();
      for (const name of ["merged", "replaced", "removed"]) await table.insert(row(name, { n: 1, text: name }));
      const before = await Array.fromAsync(table.query());
      const actions: TableAction[] = [
        insert("new"),
        { kind: "update", entity: row("merged", { n: 2 }), mode: "Merge" },
        { kind: "upsert", entity: row("replaced", { n: 2 }), mode: "Replace" },
        { kind: "delete", key: key("removed") },
      ];
      expect(await refusalOf(table.transact([...actions, { kind: "delete", key: key("absent") }]))).toBe(
        "404 ResourceNotFound",
      );
      expect(await Array.fromAsync(table.query())).toEqual(before);
      await table.transact(actions);
      expect(await keysOf(table)).toEqual(["p/merged", "p/new", "p/replaced"]);
    });

    test("is rejected beyond 100 operations, with a duplicate entity, or with two partitions", async () => {
      const table = await openTable();
      const many = (count: number) => Array.from({ length: count }, (_, index) => insert(String(index)));
      expect(await refusalOf(table.transact(many(101)))).toBe("400 InvalidInput");
      const twice: TableAction = { kind: "upsert", entity: row("a"), mode: "Merge" };
      expect(await refusalOf(table.transact([insert("a"), twice]))).toBe("400 InvalidDuplicateRow");
      await expect(table.transact([insert("a"), insert("b", {}, "other")])).rejects.toThrow();
      expect(await keysOf(table)).toEqual([]);
      expect(await table.transact(many(100))).toHaveLength(100);
    });

    test("is rejected beyond 4 MiB", async () => {
      const table = await openTable();
      const large = (count: number) =>
        Array.from({ length: count }, (_, index) =>
          insert(String(index), { a: "x".repeat(30_000), b: "x".repeat(30_000) }),
        );
      expect(await refusalOf(table.transact(large(75)))).toBe("413 RequestBodyTooLarge");
      expect(await keysOf(table)).toEqual([]);
      expect(await table.transact(large(65))).toHaveLength(65);
    });
  });

  describe("a query", () => {
    test("returns entities ordered by partition and row key", async () => {
      const table = await openTable();
      const keys = ["b/2", "a/10", "b/1", "a/sentinel", "a/000A", "B/1", "a/9"];
      for (const it of keys) await table.insert(row(it.slice(2), {}, it.slice(0, 1)));
      expect(await keysOf(table)).toEqual(["B/1", "a/000A", "a/10", "a/9", "a/sentinel", "b/1", "b/2"]);
      expect(await keysOf(table, equals("PartitionKey", "b"))).toEqual(["b/1", "b/2"]);
    });

    const filters: [string, TableFilter, string][] = [
      ["equal text", equals("s", "Running"), "1"],
      ["equal row keys", equals("RowKey", "2"), "2"],
      ["one of two", { or: [equals("s", "Running"), equals("s", "Failed")] }, "12"],
      ["both", { and: [equals("s", "Running"), equals("RowKey", "2")] }, ""],
      ["nested", { and: [equals("PartitionKey", "p"), { or: [equals("RowKey", "3"), equals("s", "Failed")] }] }, "23"],
      ["a range of keys", rangeOf("PartitionKey", "p", "q"), "1234"],
      ["an empty range", rangeOf("PartitionKey", "q", "r"), ""],
      ["a time and later", { column: "t", is: "ge", value: dateTime("2026-06-24T14:00:00.0010000Z") }, "2"],
      ["a time and earlier", { column: "t", is: "le", value: dateTime("2026-06-24T14:00:00Z") }, "1"],
      ["a column of another type", equals("n", "5"), ""],
      ["a number", { column: "n", is: "eq", value: 5 }, "3"],
      ["a larger number", { column: "n", is: "gt", value: 4.5 }, "3"],
      ["another number", { column: "n", is: "ne", value: 5 }, ""],
      ["other text", { column: "s", is: "ne", value: "Fail" }, "12"],
      ["a truth", { column: "b", is: "eq", value: true }, "3"],
      ["what is not so", { and: [{ not: equals("s", "Fail") }, rangeOf("RowKey", "2", "9")] }, "23"],
    ];
    test.each(filters)("finds %s", async (_, filter, found) => {
      const table = await openTable();
      await table.insert(row("1", { s: "Running", t: dateTime("2026-06-24T14:00:00Z") }));
      await table.insert(row("2", { s: "Failed", t: dateTime("2026-06-24T14:00:00.0020000Z") }));
      await table.insert(row("3", { n: 5, b: true }));
      await table.insert(row("4", { s: "Fail" }));
      expect((await Array.fromAsync(table.query({ filter }), ({ rowKey }) => rowKey)).join("")).toBe(found);
    });

    test("returns the requested columns, besides keys and ETag", async () => {
      const table = await openTable();
      const etag = await table.insert(row("1", { a: 1, b: 2 }));
      const select = (names: string[]) => Array.fromAsync(table.query({ select: names }));
      expect(await select(["a", "absent"])).toEqual([{ ...row("1", { a: 1 }), etag }]);
      expect(await select([])).toEqual([{ ...row("1"), etag }]);
    });

    test("returns pages, each of which continues the previous one", async () => {
      const table = await openTable();
      await table.transact(Array.from({ length: 7 }, (_, index) => insert(String(index))));
      await table.insert(row("0", {}, "q"));
      const pages: string[] = [];
      let token: string | null | undefined;
      do {
        const page: { size: number; continuationToken?: string } = { size: 3 };
        if (typeof token === "string") page.continuationToken = token;
        const { entities, continuationToken } = await table.queryPage({}, page);
        pages.push(entities.map(({ partitionKey, rowKey }) => partitionKey + rowKey).join(" "));
        token = continuationToken;
        // The format by which the management API recognizes invented tokens.
        if (token !== null) {
          expect(JSON.parse(Buffer.from(token, "base64").toString())).toHaveProperty("nextPartitionKey");
        }
      } while (token !== null);
      expect(pages).toEqual(["p0 p1 p2", "p3 p4 p5", "p6 q0"]);
    });

    test("continues beyond one page of the service", async () => {
      const table = await openTable();
      for (let at = 0; at < 11; at += 1) {
        await table.transact(
          Array.from({ length: 100 }, (_, index) => insert(String(at * 100 + index).padStart(4, "0"))),
        );
      }
      const found = await keysOf(table, equals("PartitionKey", "p"));
      expect([found.length, found[1000], found.at(-1)]).toEqual([1100, "p/1000", "p/1099"]);
    });

    test("ends when its signal aborts", async () => {
      const table = await openTable();
      const signal = AbortSignal.abort();
      await expect(Array.fromAsync(table.query({ signal }))).rejects.toThrow();
      await expect(table.update(row("a"), "Merge", { signal })).rejects.toThrow();
      await expect(table.transact([insert("a")], { signal })).rejects.toThrow();
      expect(await keysOf(table)).toEqual([]);
    });
  });
}

function rangeOf(column: string, from: string, to: string): TableFilter {
  return {
    and: [
      { column, is: "ge", value: from },
      { column, is: "lt", value: to },
    ],
  };
}
