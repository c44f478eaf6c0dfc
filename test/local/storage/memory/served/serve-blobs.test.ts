import { createSystemClock, silentLogger } from "@same-kit/shared";
import { describe, expect, onTestFinished, test } from "vitest";
import { openRunBlobs } from "../../../../../functions-app/src/steps/container-blobs.ts";
import { openServedMemory } from "../../../../../local/src/storage/memory/served/open-served-memory.ts";
import { rawContainer, rawQueue, rawTable } from "../../../../helpers/raw-storage.ts";

async function open() {
  const served = await openServedMemory({ clock: createSystemClock(), log: silentLogger });
  onTestFinished(() => served.stop());
  const container = rawContainer(served, "box");
  return { served, container };
}

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: { statusCode?: number; code?: string; details?: { errorCode?: string } }) =>
      `${error.statusCode} ${error.code ?? error.details?.errorCode}`,
  );

describe("Azure's client on in-memory storage", () => {
  test("creates a container once, and checks whether it exists", async () => {
    const { container } = await open();
    expect(await container.exists()).toBe(false);
    expect((await container.createIfNotExists()).succeeded).toBe(true);
    expect((await container.createIfNotExists()).succeeded).toBe(false);
    expect(await container.exists()).toBe(true);
  });

  test("stores blobs, which the engine can read", async () => {
    const { served, container } = await open();
    await container.createIfNotExists();
    const blob = container.getBlockBlobClient("a b/世界?.txt");
    const content = Buffer.from("x".repeat(100_000));
    const options = { blobHTTPHeaders: { blobContentType: "text/plain" }, metadata: { owner: "me" } };
    await blob.uploadData(content, options);
    expect(await blob.downloadToBuffer()).toEqual(content);
    expect((await blob.downloadToBuffer(10, 5)).toString()).toBe("xxxxx");
    expect(await blob.getProperties()).toMatchObject({
      contentLength: 100_000,
      contentType: "text/plain",
      metadata: { owner: "me" },
    });
    expect(await served.account.container("box").download("a b/世界?.txt")).toEqual(content);
    expect(blob.url.startsWith(`${served.account.container("box").url}/`)).toBe(true);
  });

  test("lists blobs page by page", async () => {
    const { container } = await open();
    await container.createIfNotExists();
    for (const name of ["b/<2>", "a", "b/1", "b/3"])
      await container.getBlockBlobClient(name).uploadData(Buffer.from("x"));
    const pages: string[][] = [];
    for await (const page of container.listBlobsFlat({ prefix: "b/" }).byPage({ maxPageSize: 2 })) {
      pages.push(page.segment.blobItems.map(({ name }) => name));
    }
    expect(pages).toEqual([["b/1", "b/3"], ["b/<2>"]]);
  });

  test("gets the same errors as from the service", async () => {
    const { container } = await open();
    const blob = container.getBlockBlobClient("a");
    expect(await refusal(blob.uploadData(Buffer.from("x")))).toBe("404 ContainerNotFound");
    await container.createIfNotExists();
    expect(await refusal(blob.downloadToBuffer())).toBe("404 BlobNotFound");
    expect((await blob.deleteIfExists()).succeeded).toBe(false);
    await blob.uploadData(Buffer.from("x"));
    const conditions = { ifNoneMatch: "*" };
    expect(await refusal(blob.uploadData(Buffer.from("y"), { conditions }))).toBe("409 BlobAlreadyExists");
    expect((await blob.deleteIfExists()).succeeded).toBe(true);
  });

  test("with a wrong key is rejected", async () => {
    const { served } = await open();
    const connectionString = served.connectionString.replace(/AccountKey=[^;]+/, "AccountKey=bm90IHRoZSBrZXk=");
    const container = rawContainer({ connectionString }, "box");
    expect(await refusal(container.create())).toBe("403 AuthenticationFailed");
    expect((await fetch(`${served.blobEndpoint}/box?restype=container`, { method: "PUT" })).status).toBe(403);
  });

  test("gets an explanation that only blobs are supported", async () => {
    const { served, container } = await open();
    const sentence = "use --storage memory";
    expect(await refusal(rawQueue(served, "q").create())).toBe("501 NotImplemented");
    await expect(rawTable(served, "T").createTable()).rejects.toThrow(sentence);
    await container.createIfNotExists();
    await expect(container.getAppendBlobClient("a").create()).rejects.toThrow(sentence);
    await expect(container.getBlobLeaseClient().acquireLease(15)).rejects.toThrow(sentence);
  });
});

test("the deployed app keeps the session contexts of a run in it", async () => {
  const { served } = await open();
  const blobs = openRunBlobs({ AzureWebJobsStorage: served.connectionString }, "Hub");
  const session = Buffer.alloc(3_000_000, "dill");
  const reference = await blobs.save("run-1", "session", session);
  expect(await blobs.load("run-1", reference)).toEqual(session);
});
