import { expect, test } from "vitest";
import { openStorage } from "../../../local/src/storage/storage-account.ts";

test("UseDevelopmentStorage=true means Azurite on its usual ports", () => {
  const storage = openStorage(" UseDevelopmentStorage=true ");
  expect(storage.blobEndpoint).toBe("http://127.0.0.1:10000/devstoreaccount1");
  expect(storage.queue("q").url).toBe("http://127.0.0.1:10001/devstoreaccount1/q");
  expect(storage.table("T").url).toBe("http://127.0.0.1:10002/devstoreaccount1");
});

test("a real account's endpoints come from its name", () => {
  const storage = openStorage(
    "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=a2V5;EndpointSuffix=core.windows.net",
  );
  expect(storage.blobEndpoint).toBe("https://acct.blob.core.windows.net");
  expect(storage.container("c").url).toBe("https://acct.blob.core.windows.net/c");
});
