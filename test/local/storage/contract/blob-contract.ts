import { describe, expect, test } from "vitest";
import type { BlobContainer } from "../../../../local/src/storage/blob-container.ts";
import { newName, refusalOf, type StorageSubject } from "./subject.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

export function describeBlobs({ account }: StorageSubject): void {
  async function openContainer(): Promise<BlobContainer> {
    const container = account().container(newName("c-"));
    await container.createIfNotExists();
    return container;
  }
  const namesIn = (container: BlobContainer, prefix?: string) =>
    Array.fromAsync(container.list(prefix), ({ name }) => name);

  test("a container is rejected before it exists, and may be created twice", async () => {
    const container = account().container(newName("c-"));
    const calls = [
      container.upload("a", bytes("x")),
      container.download("a"),
      container.properties("a"),
      container.deleteIfExists("a"),
      namesIn(container),
    ];
    expect(await Promise.all(calls.map(refusalOf))).toEqual(calls.map(() => "404 ContainerNotFound"));
    await container.createIfNotExists();
    await container.upload("a", bytes("x"));
    await container.createIfNotExists();
    expect(await namesIn(container)).toEqual(["a"]);
  });

  test.each(["Upper", "a", "a--b", "a_b"])("a container cannot be named %s", async (name) => {
    expect(await refusalOf(account().container(name).createIfNotExists())).toMatch(/^400 /);
  });

  describe("the lease on a container", () => {
    const [ours, theirs] = ["811c9dc5-0000-0000-0000-000000000000", "12345678-0000-0000-0000-000000000000"];

    test("is acquired once, and again with the same ID", async () => {
      const container = await openContainer();
      await container.acquireLease(ours, 60);
      await container.acquireLease(ours, 60);
      await container.renewLease(ours);
      expect(await refusalOf(container.acquireLease(theirs, 60))).toBe("409 LeaseAlreadyPresent");
      expect(await refusalOf(container.renewLease(theirs))).toBe("409 LeaseIdMismatchWithLeaseOperation");
      await container.upload("a", bytes("1"));
      expect((await container.download("a")).toString()).toBe("1");
    });

    test("can be changed from one ID to another", async () => {
      const container = await openContainer();
      expect(await refusalOf(container.changeLease(ours, theirs))).toBe("409 LeaseNotPresentWithLeaseOperation");
      await container.acquireLease(ours, 60);
      await container.changeLease(ours, theirs);
      expect(await refusalOf(container.renewLease(ours))).toBe("409 LeaseIdMismatchWithLeaseOperation");
      await container.renewLease(theirs);
    });

    test("does not apply to its blobs", async () => {
      const container = await openContainer();
      await container.upload("a", bytes("1"));
      await container.acquireLease(ours, 60);
      expect(await container.properties("a")).toMatchObject({ isLeased: false });
      expect(await Array.fromAsync(container.list(), ({ isLeased }) => isLeased)).toEqual([false]);
    });

    test("requires the container to exist", async () => {
      const container = account().container(newName("c-"));
      expect(await refusalOf(container.acquireLease(ours, 60))).toBe("404 ContainerNotFound");
    });
  });

  test("the URL of a container starts with that of its account", async () => {
    expect(account().container("box").url).toBe(`${account().blobEndpoint}/box`);
  });

  describe("a blob", () => {
    test.each([
      ["some bytes", bytes("\u0000é\n")],
      ["no bytes", bytes("")],
      ["many bytes", Buffer.alloc(300_000, "ab")],
    ])("of %s is downloaded unchanged", async (_, content) => {
      const container = await openContainer();
      await container.upload("a/b c.json", content);
      expect(await container.download("a/b c.json")).toEqual(content);
      expect(await container.properties("a/b c.json")).toMatchObject({ sizeBytes: content.byteLength });
    });

    test("can be read in part", async () => {
      const container = await openContainer();
      await container.upload("a", bytes("0123456789"));
      expect((await container.download("a", { offset: 3, count: 4 })).toString()).toBe("3456");
      expect(await refusalOf(container.download("a", { offset: 11, count: 1 }))).toBe("416 InvalidRange");
    });

    test("is replaced, unless it is required to be new", async () => {
      const container = await openContainer();
      await container.upload("a", bytes("1"), { onlyIfNew: true });
      expect(await refusalOf(container.upload("a", bytes("2"), { onlyIfNew: true }))).toBe("409 BlobAlreadyExists");
      expect((await container.download("a")).toString()).toBe("1");
      await container.upload("a", bytes("three"));
      expect((await container.download("a")).toString()).toBe("three");
      expect(await container.properties("a")).toMatchObject({ name: "a", sizeBytes: 5 });
    });

    test("that does not exist is not found, and deleting it is not an error", async () => {
      const container = await openContainer();
      expect(await refusalOf(container.download("a"))).toBe("404 BlobNotFound");
      expect(await refusalOf(container.properties("a"))).toBe("404 BlobNotFound");
      expect(await container.deleteIfExists("a")).toBe(false);
      await container.upload("a", bytes("x"));
      expect(await container.deleteIfExists("a")).toBe(true);
      expect(await namesIn(container)).toEqual([]);
    });

    test("stays as uploaded if the caller reuses its buffer", async () => {
      const container = await openContainer();
      const content = bytes("before");
      await container.upload("a", content);
      content.fill("x");
      expect((await container.download("a")).toString()).toBe("before");
    });
  });

  test("every version of a blob has a different ETag, and the uploaded properties", async () => {
    const container = await openContainer();
    const etags: string[] = [];
    for (const content of ["one", "two"]) {
      await container.upload("a", bytes(content), { contentType: "text/plain", metadata: { origin: "here" } });
      const { etag, contentType, metadata } = await container.properties("a");
      expect({ contentType, metadata }).toEqual({ contentType: "text/plain", metadata: { origin: "here" } });
      etags.push(etag);
    }
    expect(new Set(etags).size).toBe(2);
  });

  test("blobs are listed by name, all or with a prefix", async () => {
    const container = await openContainer();
    for (const name of ["b/2", "a/1", "b/1", "bc"]) await container.upload(name, bytes(name));
    expect(await namesIn(container)).toEqual(["a/1", "b/1", "b/2", "bc"]);
    expect(await namesIn(container, "b/")).toEqual(["b/1", "b/2"]);
    expect(await namesIn(container, "z")).toEqual([]);
    const [listed] = await Array.fromAsync(container.list("a"));
    const { sizeBytes, etag, modifiedAt } = await container.properties("a/1");
    expect(etag).toMatch(/^0x/);
    expect(listed).toMatchObject({ name: "a/1", sizeBytes, etag, modifiedAt });
  });
}
