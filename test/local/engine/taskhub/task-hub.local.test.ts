import { TableServiceClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { expect, test } from "vitest";
import { openTaskHub } from "../../../../local/src/engine/taskhub/task-hub.ts";
import type { StorageAccount } from "../../../../local/src/storage/storage-account.ts";
import { useAzurite } from "../../../helpers/azurite.ts";

const storage = useAzurite();

/** Names of all that the official SDK sees and that starts with `prefix`. */
async function resources({ connectionString }: StorageAccount, prefix: string) {
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

test("a new hub has exactly the resources that the extension makes at start", async () => {
  await openTaskHub({ storage: storage(), hubName: "MyHub", partitionCount: 4 });
  expect(await resources(storage(), "myhub")).toEqual({
    queues: ["myhub-control-00", "myhub-control-01", "myhub-control-02", "myhub-control-03", "myhub-workitems"],
    tables: ["MyHubHistory", "MyHubInstances", "MyHubPartitions"],
    containers: ["myhub-applease"],
  });
  const lease = await storage().container("myhub-applease").getBlobClient("myhub-appleaseinfo").downloadToBuffer();
  expect(lease.toString("utf8")).toBe("{}");
});

test("each control queue has a partition row without an owner", async () => {
  const hub = await openTaskHub({ storage: storage(), hubName: "Rows", partitionCount: 2 });
  const rows: unknown[] = [];
  for await (const { partitionKey, rowKey, etag, timestamp, ...columns } of hub.partitions.listEntities()) {
    rows.push({ partitionKey, rowKey, columns });
  }
  expect(rows).toEqual([
    { partitionKey: "", rowKey: "rows-control-00", columns: { IsDraining: false } },
    { partitionKey: "", rowKey: "rows-control-01", columns: { IsDraining: false } },
  ]);
});

test("opening a hub that exists changes nothing in it, also when several do so at once", async () => {
  const options = { storage: storage(), hubName: "Again", partitionCount: 1 };
  const [hub] = await Promise.all([openTaskHub(options), openTaskHub(options), openTaskHub(options)]);
  const row = { partitionKey: "", rowKey: "again-control-00", CurrentOwner: "host", IsDraining: true };
  await hub?.partitions.upsertEntity(row, "Replace");
  await openTaskHub(options);
  expect(await hub?.partitions.getEntity("", "again-control-00")).toMatchObject({ CurrentOwner: "host" });
});
