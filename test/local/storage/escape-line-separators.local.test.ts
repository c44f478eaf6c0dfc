import type { TransactionAction } from "@azure/data-tables";
import { expect, test } from "vitest";
import { newGuidN } from "../../../local/src/shared/ids.ts";
import { useAzurite } from "../../helpers/azurite.ts";

const storage = useAzurite();

test("a transaction holds text with Unicode's line separators", async () => {
  const table = storage().table(`T${newGuidN()}`);
  await table.createTable();
  const text = 'a\u2028b\u2029c\u0085d\ud800 "é" \\u2028';
  await table.submitTransaction(
    ["1", "2"].map((rowKey) => ["create", { partitionKey: "p", rowKey, text }] satisfies TransactionAction),
  );
  expect(await table.getEntity("p", "2")).toMatchObject({ text });
});
