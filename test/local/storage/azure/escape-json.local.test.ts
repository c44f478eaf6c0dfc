import { expect, test } from "vitest";
import { newGuidN } from "../../../../local/src/shared/ids.ts";
import { useAzurite } from "../../../helpers/azurite.ts";

const storage = useAzurite();

test("a transaction may contain Unicode line separators", async () => {
  const table = storage().table(`T${newGuidN()}`);
  await table.createIfNotExists();
  const text = 'a\u2028b\u2029c\u0085d\ud800 "é" \\u2028';
  await table.transact(
    ["1", "2"].map((rowKey) => ({ kind: "insert", entity: { partitionKey: "p", rowKey, columns: { text } } })),
  );
  expect(await table.get({ partitionKey: "p", rowKey: "2" })).toMatchObject({ columns: { text } });
});

test("long non-ASCII text is returned unchanged", async () => {
  const table = storage().table(`T${newGuidN()}`);
  await table.createIfNotExists();
  const key = { partitionKey: "p", rowKey: "" };
  for (let shift = 0; shift < 3; shift += 1) {
    // More than a socket delivers at once, so that some character is split.
    const text = `${"a".repeat(shift)}${"世".repeat(30_000)}`;
    await table.upsert({ ...key, columns: { text, again: text } }, "Replace");
    expect((await table.get(key)).columns).toEqual({ text, again: text });
  }
});
