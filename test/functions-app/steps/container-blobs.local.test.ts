import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openRunBlobs } from "../../../functions-app/src/steps/container-blobs.ts";
import { newGuidN } from "../../../local/src/shared/ids.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const storage = useAzurite();
const open = () => {
  const hub = `Hub${newGuidN().slice(0, 8)}`;
  const blobs = openRunBlobs({ AzureWebJobsStorage: storage().connectionString }, hub);
  return { blobs, container: `${hub.toLowerCase()}-largemessages` };
};

test("a session is stored and loaded under the run's own prefix in the hub's container, which is created on demand", async () => {
  const { blobs, container } = open();
  const session = Buffer.from("dill");
  const reference = await blobs.save("run-1", "session", session);
  expect(reference).toMatchObject({ container, sizeBytes: 4 });
  expect(reference.name).toBe(`run-1/session-${reference.sha256}.dill`);
  expect(await blobs.load("run-1", reference)).toEqual(session);
  expect(await blobs.save("run-1", "session", session)).toEqual(reference);
});

test("the files of a run are listed at once, even without a container", async () => {
  const { blobs } = open();
  expect([...(await blobs.listFiles("run-1"))]).toEqual([]);
  await Promise.all(["a1", "b2"].map((hash) => blobs.saveFile("run-1", hash, Buffer.from(hash))));
  await blobs.saveFile("run-2", "c3", Buffer.from("c3"));
  await blobs.save("run-1", "session", Buffer.from("dill"));
  expect([...(await blobs.listFiles("run-1"))].sort()).toEqual(["a1", "b2"]);
});

test("the manifests of a run are listed without other blobs, even without a container", async () => {
  const { blobs } = open();
  expect(await blobs.listManifests("run-1")).toEqual([]);
  await blobs.saveFile("run-1", "a1", Buffer.from("a1"));
  const manifest = await blobs.save("run-1", "files", Buffer.from("{}"));
  expect(await blobs.listManifests("run-1")).toEqual([manifest]);
});

test("session parts are listed, read back and removed, even without a container", async () => {
  const { blobs } = open();
  const folder = await makeTempDir();
  const [source, target] = [path.join(folder, "source"), path.join(folder, "target")];
  await writeFile(source, "memory");
  const sha256 = createHash("sha256").update("memory").digest("hex");
  expect(await blobs.loadSessionPart("run-1", sha256, target)).toBe(false);
  expect([...(await blobs.listSessionParts("run-1"))]).toEqual([]);
  await blobs.saveSessionPart("run-1", sha256, source);
  await blobs.saveSessionPart("run-1", "0".repeat(64), source);
  await blobs.saveFile("run-1", "f".repeat(64), Buffer.from("no part"));
  expect([...(await blobs.listSessionParts("run-1"))].sort()).toEqual(
    [
      ["0".repeat(64), 6],
      [sha256, 6],
    ].sort(),
  );
  expect(await blobs.loadSessionPart("run-1", sha256, target)).toBe(true);
  expect(await readFile(target, "utf8")).toBe("memory");
  await expect(blobs.loadSessionPart("run-1", "0".repeat(64), `${target}-2`)).rejects.toThrow("is not what was stored");
  await blobs.removeSessionParts("run-1", [sha256, "1".repeat(64)]);
  expect([...(await blobs.listSessionParts("run-1")).keys()]).toEqual(["0".repeat(64)]);
});

test("a part of a blob is returned with the total size, also at the end of the blob", async () => {
  const { blobs } = open();
  await blobs.saveProgress("run-1", Buffer.from("0123456789"));
  await blobs.saveFile("run-1", "e", Buffer.alloc(0));
  const load = async (name: string, offset: number, count: number) => {
    const part = await blobs.loadPart("run-1", name, { offset, count });
    return part && [String(part.content), part.sizeBytes];
  };
  expect(await load("progress.json", 0, 4)).toEqual(["0123", 10]);
  expect(await load("progress.json", 4, 100)).toEqual(["456789", 10]);
  expect(await load("progress.json", 10, 4)).toEqual(["", 10]);
  expect(await load("file-e.bin", 0, 4)).toEqual(["", 0]);
  expect(await load("file-none.bin", 0, 4)).toBeUndefined();
  expect(await blobs.loadProgress("run-1")).toEqual(Buffer.from("0123456789"));
});

test("a blob of another run, another container or with other content is rejected", async () => {
  const { blobs } = open();
  const reference = await blobs.save("run-1", "source", Buffer.from("a"));
  await expect(blobs.load("run", reference)).rejects.toThrow("does not belong to this run");
  await expect(blobs.load("run-1", { ...reference, container: "other" })).rejects.toThrow(
    "does not belong to this run",
  );
  await expect(blobs.load("run-1", { ...reference, sha256: "0" })).rejects.toThrow("is not what was stored");
});

test("a failing storage account is reported in one line, with what was to be stored", async () => {
  const refused = storage().connectionString.replace(/AccountKey=[^;]+/, "AccountKey=bm90IHRoZSBrZXk=");
  const blobs = openRunBlobs({ AzureWebJobsStorage: refused }, "Hub");
  const saving = blobs.save("run-1", "session", Buffer.from("abc"));
  const why = /the app's storage account failed with HTTP 403 AuthorizationFailure\.$/;
  await expect(saving).rejects.toThrow(
    /^The session of 3 bytes could not be stored as hub-largemessages\/run-1\/session-/,
  );
  await expect(saving).rejects.toThrow(why);
  const reference = { container: "hub-largemessages", name: "run-1/session-a.dill", sizeBytes: 1, sha256: "a" };
  await expect(blobs.load("run-1", reference)).rejects.toThrow(
    /could not be read: the app.s storage account failed with HTTP 403 AuthorizationFailure\.$/,
  );
});

test("a missing storage account is reported with its setting", async () => {
  await expect(openRunBlobs({}, "Hub").save("r", "session", Buffer.from("a"))).rejects.toThrow("AzureWebJobsStorage");
});
