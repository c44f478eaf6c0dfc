import { expect, test } from "vitest";
import { connectionStringFor } from "../../../local/src/bindings/storage-connection.ts";

const OWN = "AccountName=own;AccountKey=a2V5";

test.each([
  [undefined, { AzureWebJobsStorage: OWN }, OWN],
  ["AzureWebJobsStorage", { AzureWebJobsStorage: OWN }, OWN],
  ["Mine", { Mine: "x", AzureWebJobsMine: "y" }, "y"],
  ["Mine", { Mine: "x", "ConnectionStrings:Mine": "y" }, "y"],
  ["Mine", { Mine: " UseDevelopmentStorage=true ", AzureWebJobsStorage: OWN }, OWN],
])("the connection %j in %j is %j", (name, env, expected) => {
  expect(connectionStringFor(name, env as Record<string, string>)).toBe(expected);
});

test("a connection without a setting is named", () => {
  expect(() => connectionStringFor("Mine", { Mine__queueServiceUri: "https://x" })).toThrow('connection "Mine"');
});
