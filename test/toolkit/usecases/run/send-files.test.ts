import { createHash, randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FilesRequest, RunFile } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { collectFiles } from "../../../../toolkit/src/adapters/files/collect-files.ts";
import { sendFiles } from "../../../../toolkit/src/usecases/run/send-files.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const KiB = 1024;
const hashOf = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

/** An app without any content, and a folder of files with these contents. */
async function open(contents: Record<string, Buffer>) {
  const folder = await makeTempDir();
  for (const [name, content] of Object.entries(contents)) await writeFile(path.join(folder, name), content);
  const files = await collectFiles({ folder, globs: null }, path.join(folder, ".same-kit"));
  const asked: FilesRequest[] = [];
  const put = new Map<string, Uint8Array>();
  let asking = async () => {};
  const client = {
    async missingFiles(_id: string, request: FilesRequest) {
      asked.push(request);
      await asking();
      const hashes = request.files.flatMap((file) => (file.kind === "file" ? [file.sha256] : []));
      return { manifest: "m", missing: hashes.filter((hash) => !(hash in (request.contents ?? {}))) };
    },
    async putFile(_id: string, sha256: string, content: Uint8Array) {
      put.set(sha256, content);
    },
  };
  const send = (onAsked = async () => {}) => {
    asking = onAsked;
    return sendFiles({ client, id: "run", files, signal: new AbortController().signal });
  };
  return { folder, send, asked, put };
}

test("small contents are sent with the manifest, without further requests", async () => {
  const content = Buffer.from([0, 255, 10]);
  const { send, asked, put } = await open({ "a.bin": content, "copy.bin": content });
  expect((await send())?.manifest).toBe("m");
  expect(asked[0]?.contents).toEqual({ [hashOf(content)]: content.toString("base64") });
  expect([asked.length, put.size]).toEqual([1, 0]);
});

test("a large content is sent separately", async () => {
  const large = Buffer.alloc(32 * KiB + 1, "x");
  const { send, asked, put } = await open({ large, small: Buffer.from("s") });
  await send();
  expect(Object.keys(asked[0]?.contents ?? {})).toEqual([hashOf(Buffer.from("s"))]);
  expect([...put.keys()]).toEqual([hashOf(large)]);
});

test("only some of many small contents are sent with the manifest", async () => {
  const contents = Array.from({ length: 6 }, (_, i) => Buffer.alloc(30 * KiB, String(i)));
  const { send, asked, put } = await open(Object.fromEntries(contents.map((it, i) => [`f${i}`, it])));
  await send();
  expect(Object.keys(asked[0]?.contents ?? {})).toHaveLength(4);
  expect(put.size).toBe(2);
});

test("a file that changed after it was collected is sent with its current content, whether small or large", async () => {
  const large = Buffer.alloc(32 * KiB + 1, "x");
  const { folder, send, asked, put } = await open({ large, log: Buffer.from("one"), same: Buffer.from("s") });
  await writeFile(path.join(folder, "log"), "one and two");
  await writeFile(path.join(folder, "large"), Buffer.alloc(40 * KiB, "y"));
  const sent = await send();
  expect(sent?.warnings).toEqual([]);
  const now = { large: Buffer.alloc(40 * KiB, "y"), log: Buffer.from("one and two"), same: Buffer.from("s") };
  const manifest = (files: readonly RunFile[]) =>
    Object.fromEntries(files.map((file) => [file.path, file.kind === "file" ? [file.sha256, file.sizeBytes] : null]));
  const expected = Object.fromEntries(Object.entries(now).map(([name, it]) => [name, [hashOf(it), it.length]]));
  expect(manifest(sent?.files ?? [])).toEqual(expected);
  expect(manifest(asked.at(-1)?.files ?? [])).toEqual(expected);
  expect([...put.keys()]).toEqual([hashOf(now.large)]);
});

test("a constantly changing file is left out with a warning, and a missing one without", async () => {
  const { folder, send } = await open({ busy: Buffer.alloc(33 * KiB), gone: Buffer.from("g"), kept: Buffer.from("k") });
  await rm(path.join(folder, "gone"));
  const sent = await send(() => writeFile(path.join(folder, "busy"), randomBytes(33 * KiB)));
  expect(sent?.files.map((file) => file.path)).toEqual(["kept"]);
  expect(sent?.warnings).toEqual(["busy keeps changing; the run starts without it."]);
});
