import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { SessionDescription } from "../../../functions-app/src/contract/session-parts.ts";
import { SessionParts } from "../../../functions-app/src/steps/session-parts.ts";
import { MemoryBlobs } from "../../helpers/memory-blobs.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const hash = (letter: string) => letter.repeat(64);
const MB = 1024 * 1024;

async function open(isLasting: boolean) {
  const root = await makeTempDir();
  const blobs = new MemoryBlobs();
  return { root, blobs, parts: new SessionParts({ root, isLasting, blobs }) };
}

function session(letters: string, writtenAtMs = Date.now() + 60_000): SessionDescription {
  const parts = [...letters].map((letter) => ({ sha256: hash(letter), sizeBytes: 3 }));
  return {
    formatVersion: 1,
    pickle: { base64: "" },
    parts,
    sizeBytes: 3 * parts.length,
    contentSha256: "",
    writtenAtMs,
  };
}

async function leave(folder: string, letter: string, { sizeBytes = 3, at = 1000 } = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, hash(letter));
  await writeFile(file, Buffer.alloc(sizeBytes, letter));
  await utimes(file, at, at);
}

const letters = async (folder: string) => (await readdir(folder)).map((name) => name[0]).join("");

test("a lasting folder needs no blobs", async () => {
  const { parts, blobs } = await open(true);
  const folder = await parts.begin("run", undefined);
  await leave(folder, "a");
  await parts.keep("run", session("a"));
  expect(blobs.contents.size).toBe(0);
  expect(await parts.begin("run", session("a"))).toBe(folder);
});

test("without a lasting folder, parts are blobs of the run, each sent once and fetched when missing", async () => {
  const { parts, blobs, root } = await open(false);
  const folder = await parts.begin("run", undefined);
  await leave(folder, "a");
  await parts.keep("run", session("a"));
  await leave(folder, "b");
  await parts.keep("run", session("ab"));
  expect(blobs.savedParts).toEqual([hash("a"), hash("b")]);
  const other = new SessionParts({ root: path.join(root, "other"), isLasting: false, blobs });
  expect(await letters(await other.begin("run", session("ab")))).toBe("ab");
});

test("parts of earlier sessions are removed, oldest first, except for a limited share", async () => {
  const { parts } = await open(true);
  const folder = await parts.begin("run", undefined);
  await leave(folder, "c", { sizeBytes: 20 * MB, at: 1000 });
  await leave(folder, "d", { sizeBytes: 20 * MB, at: 2000 });
  await leave(folder, "a");
  await parts.begin("run", session("a"));
  expect(await letters(folder)).toBe("ad");
});

test("parts written after the session are kept, as another execution of the step may be writing them", async () => {
  const { parts } = await open(true);
  const folder = await parts.begin("run", undefined);
  await leave(folder, "c", { sizeBytes: 40 * MB, at: 5000 });
  await leave(folder, "a");
  await parts.begin("run", session("a", 4_000_000));
  expect(await letters(folder)).toBe("ac");
});

test("an ended run keeps only the parts that its result needs", async () => {
  const lasting = await open(true);
  const folder = await lasting.parts.begin("run", undefined);
  for (const letter of "ab") await leave(folder, letter, { sizeBytes: 40 * MB });
  await lasting.parts.tidy("run", session("a"));
  expect(await letters(folder)).toBe("a");

  const { parts, blobs, root } = await open(false);
  const cache = await parts.begin("run", undefined);
  for (const letter of "ab") await leave(cache, letter, { sizeBytes: 40 * MB });
  await parts.keep("run", session("ab"));
  await parts.tidy("run", session("b"));
  expect([...blobs.contents.keys()]).toEqual([`run/part-${hash("b")}.bin`]);
  expect(await readdir(root)).toEqual([]);
});

test("a session is copied without using disk space twice, and only if it is complete", async () => {
  const { parts, root } = await open(true);
  await leave(await parts.begin("old", undefined), "a");
  expect(await parts.copy("old", { id: "new", sessions: parts }, session("a"))).toBe(true);
  const [from, to] = await Promise.all(["old", "new"].map((id) => stat(path.join(root, id, hash("a")))));
  expect(to?.ino).toBe(from?.ino);
  expect(await parts.copy("old", { id: "new", sessions: parts }, session("ab"))).toBe(false);
});

test("a session is copied from a lasting folder into blobs, and back", async () => {
  const [lasting, cache] = [await open(true), await open(false)];
  await leave(await lasting.parts.begin("run", undefined), "a");
  await lasting.parts.copy("run", { id: "entry", sessions: cache.parts }, session("a"));
  await cache.parts.forget("entry");
  expect(await readdir(cache.root)).toEqual([]);
  expect([...cache.blobs.contents.keys()]).toEqual([`entry/part-${hash("a")}.bin`]);
  await cache.parts.copy("entry", { id: "other", sessions: lasting.parts }, session("a"));
  expect(await letters(await lasting.parts.begin("other", session("a")))).toBe("a");
  expect(await readdir(cache.root)).toEqual([]);
});

test("a part is read in pieces by the name of its blob", async () => {
  const { parts } = await open(true);
  await leave(await parts.begin("run", undefined), "a", { sizeBytes: 5 });
  const name = `part-${hash("a")}.bin`;
  expect(await parts.read("run", name, { offset: 3, count: 9 })).toEqual({ content: Buffer.from("aa"), sizeBytes: 5 });
  expect(await parts.read("run", `part-${hash("b")}.bin`, { offset: 0, count: 9 })).toBeUndefined();
  expect(await parts.read("run", "part-../../x.bin", { offset: 0, count: 9 })).toBeUndefined();
});

test("a cache removes stale runs that never ended here", async () => {
  const { parts, root } = await open(false);
  const stale = path.join(root, "stale");
  await mkdir(stale);
  await utimes(stale, 1000, 1000);
  await parts.begin("run", undefined);
  expect(await readdir(root)).toEqual([]);
});

test("an instance with any name has its own folder", async () => {
  const { parts, root } = await open(true);
  const folders = await Promise.all(["a", "A", "../a", "a/b"].map((id) => parts.begin(id, undefined)));
  expect(new Set(folders).size).toBe(4);
  for (const folder of folders) expect(path.dirname(folder)).toBe(root);
  expect(folders[0]).toBe(path.join(root, "a"));
});
