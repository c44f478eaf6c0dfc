import { expect, test } from "vitest";
import { withoutKeylessConnections } from "../../../toolkit/src/deployment/keyless-storage.ts";

const identity = { AzureWebJobsStorage__accountName: "st", SAME_ACCESS_KEY: "k" };
const keyless = "DefaultEndpointsProtocol=https;AccountName=st;AccountKey=;EndpointSuffix=core.windows.net";

test("a connection string without a key is removed if there are identity settings", () => {
  const settings = { ...identity, AzureWebJobsStorage: keyless, DEPLOYMENT_STORAGE_CONNECTION_STRING: keyless };
  expect(withoutKeylessConnections(settings)).toEqual(identity);
});

test.each([
  ["there is no identity", { AzureWebJobsStorage: keyless }],
  [
    "the connection string has a key",
    { ...identity, AzureWebJobsStorage: keyless.replace("AccountKey=", "AccountKey=a2V5") },
  ],
  ["there is no connection string", identity],
])("nothing is changed if %s", (_why, settings) => {
  expect(withoutKeylessConnections(settings)).toBeNull();
});
