import { TableServiceClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { expect, test } from "vitest";
import { openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import type { AzureStorageAccount } from "../../../../local/src/storage/azure/open-storage.ts";
import { useAzurite } from "../../../helpers/azurite.ts";

const storage = useAzurite();

/** Names of all resources that the official SDK lists and that start with `prefix`. */
async function resources({ connectionString }: AzureStorageAccount, prefix: string) {
  const names = async (items: AsyncIterable<{ name?: string }>) => {
    const found: string[] = [];
    for await (const { name = "" } of items) if (name.toLowerCase().startsWith(prefix)) found.push(name);
    return found.sort();
  };
  return {
    queues: await names(QueueServiceClient.fromConnectionString(connectionString).listQueues()),
    tables: await names(
      TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true }).listTables(),
    ),
    containers: await names(BlobServiceClient.fromConnectionString(connectionString).listContainers()),
  };
}

test("a new hub has exactly the resources that the extension creates at startup", async () => {
  await openTaskHub({ storage: storage(), hubName: "MyHub", partitionCount: 4 });
  expect(await resources(storage(), "myhub")).toEqual({
    queues: ["myhub-control-00", "myhub-control-01", "myhub-control-02", "myhub-control-03", "myhub-workitems"],
    tables: ["MyHubHistory", "MyHubInstances", "MyHubPartitions"],
    containers: ["myhub-applease"],
  });
  const lease = await storage().container("myhub-applease").download("myhub-appleaseinfo");
  expect(lease.toString("utf8")).toBe("{}");
});

test("each control queue has a partition row without an owner", async () => {
  const hub = await openTaskHub({ storage: storage(), hubName: "Rows", partitionCount: 2 });
  const rows = await Array.fromAsync(hub.partitions.query(), ({ etag, ...row }) => row);
  expect(rows).toEqual([
    { partitionKey: "", rowKey: "rows-control-00", columns: { IsDraining: false } },
    { partitionKey: "", rowKey: "rows-control-01", columns: { IsDraining: false } },
  ]);
});

test("opening an existing hub changes nothing in it, even concurrently", async () => {
  const options = { storage: storage(), hubName: "Again", partitionCount: 1 };
  const [hub] = await Promise.all([openTaskHub(options), openTaskHub(options), openTaskHub(options)]);
  const key = { partitionKey: "", rowKey: "again-control-00" };
  await hub?.partitions.upsert({ ...key, columns: { CurrentOwner: "host", IsDraining: true } }, "Replace");
  await openTaskHub(options);
  expect(await hub?.partitions.get(key)).toMatchObject({ columns: { CurrentOwner: "host" } });
});
