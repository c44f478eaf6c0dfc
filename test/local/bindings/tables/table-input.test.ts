import { expect, test } from "vitest";
import { readTable } from "../../../../local/src/bindings/tables/table-input.ts";
import { fillBindingText } from "../../../../local/src/host/binding-data.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";

const ROWS = [
  { partitionKey: "eu", rowKey: "1", columns: { Owner: "ada", Level: 1 } },
  { partitionKey: "eu", rowKey: "2", columns: { Owner: "bob", Level: 2 } },
  { partitionKey: "us", rowKey: "", columns: { Owner: "o'neil", Level: 3 } },
];

/** The value that the handler receives for a call with these values. */
async function read(options: Record<string, unknown>, data: Record<string, unknown> = {}): Promise<unknown> {
  const account = createMemoryStorage({ clock: new FakeClock() });
  const table = account.table("people");
  await table.createIfNotExists();
  for (const entity of ROWS) await table.transact([{ kind: "insert", entity }]);
  const binding = { name: "rows", type: "table", direction: "in", tableName: "people", ...options };
  const context = {
    fill: (text: string, write?: never) => fillBindingText(text, { env: {}, data, functionName: "f" }, write),
  };
  const value = await readTable(account, binding as never, context as never);
  return value && "json" in value ? JSON.parse(value.json) : value;
}

const owners = (rows: unknown): unknown => (rows as { Owner: string }[]).map(({ Owner }) => Owner);

test("a value of the call stays one value in a filter, whatever quotes it contains", async () => {
  const filter = "Owner eq '{owner}'";
  expect(owners(await read({ filter }, { owner: "ada" }))).toEqual(["ada"]);
  expect(owners(await read({ filter }, { owner: "o'neil" }))).toEqual(["o'neil"]);
  expect(owners(await read({ filter }, { owner: "x' or Level gt 0 or Owner eq 'x" }))).toEqual([]);
});

test.each(["3", "-1.5e0", 2, true, " 2 "])("outside of quotes %j is accepted", async (level) => {
  await expect(read({ filter: "Level eq {level}" }, { level })).resolves.toBeInstanceOf(Array);
});

test.each(["1 or Level gt 0", "Level", "'x'", "", "1)"])("outside of quotes %j is rejected", async (level) => {
  await expect(read({ filter: "Level eq {level}" }, { level })).rejects.toThrow(
    '"{level}" in "Level eq {level}" must be a number, true or false, or stand alone between single quotes.',
  );
});

test("a value inside a longer string is also rejected, as in Azure's host", async () => {
  await expect(read({ filter: "Owner ge 'a{owner}'" }, { owner: "d' or Owner ne 'x" })).rejects.toThrow("{owner}");
});

test("a filter that is a single value of the call is used unchanged", async () => {
  expect(owners(await read({ filter: "{filter}" }, { filter: "Level ge 2" }))).toEqual(["bob", "o'neil"]);
});

test("an empty row key of the call selects one row, and never lists all rows", async () => {
  expect(await read({ partitionKey: "us", rowKey: "{id}" }, { id: "" })).toMatchObject({ Owner: "o'neil" });
  expect(await read({ partitionKey: "eu", rowKey: "{id}" }, { id: "" })).toBeUndefined();
});
