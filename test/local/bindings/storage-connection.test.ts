import { expect, test } from "vitest";
import { connectionStringFor } from "../../../local/src/bindings/storage-connection.ts";

const OWN = "AccountName=own;AccountKey=a2V5";

test.each([
  [undefined, { AzureWebJobsStorage: OWN }, OWN],
  ["AzureWebJobsStorage", { AzureWebJobsStorage: OWN }, OWN],
  ["Mine", { Mine: "x", AzureWebJobsMine: "y" }, "y"],
  ["Mine", { Mine: "x", "ConnectionStrings:Mine": "y" }, "y"],
  ["Mine", { Mine: " UseDevelopmentStorage=true ", AzureWebJobsStorage: OWN }, OWN],
])("the connection %j in %j resolves to %j", (name, env, expected) => {
  expect(connectionStringFor(name, env as Record<string, string>, "queue")).toBe(expected);
});

test("a connection without a setting is reported by name", () => {
  expect(() => connectionStringFor("Mine", {}, "queue")).toThrow('connection "Mine" is not an app setting');
});

test.each(["Mine__queueServiceUri", "Mine__serviceUri", "AzureWebJobsMine__queueServiceUri", "Mine:queueServiceUri"])(
  "a service URL on this machine (%s) means the host's own storage",
  (setting) => {
    const env = { [setting]: "http://127.0.0.1:10001/devstoreaccount1", AzureWebJobsStorage: OWN };
    expect(connectionStringFor("Mine", env, "queue")).toBe(OWN);
  },
);

const BY_IDENTITY: Record<string, string>[] = [
  { Mine__queueServiceUri: "https://x.queue.core.windows.net" },
  { Mine__queueServiceUri: "https://127.0.0.1.evil.test" },
  { Mine__accountName: "x" },
];

test.each(BY_IDENTITY)("an identity-based connection is rejected with advice: %j", (settings) => {
  const find = () => connectionStringFor("Mine", { ...settings, AzureWebJobsStorage: OWN }, "queue");
  expect(find).toThrow(/uses an identity \(Mine__.*set Mine to a connection string/);
});
