import { createHash, randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FilesRequest, RunFile } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import type { StartedRun } from "../../../../toolkit/src/adapters/app/run-status.ts";
import { collectFiles } from "../../../../toolkit/src/adapters/files/collect-files.ts";
import { sendFiles } from "../../../../toolkit/src/usecases/run/send-files.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

const KiB = 1024;
const hashOf = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

const STARTED: StartedRun = {
  id: "run",
  statusQueryGetUri: "http://app/status",
  terminatePostUri: "http://app/terminate",
  suspendPostUri: "http://app/suspend",
  resumePostUri: "http://app/resume",
  purgeHistoryDeleteUri: "http://app/purge",
};

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
  const startedWith: FilesRequest[] = [];
  let startsWith = false;
  const startWith = async (request: FilesRequest) => {
    startedWith.push(request);
    return startsWith ? { started: STARTED, manifest: "m" } : null;
  };
  /** @param canStart - Whether the app can start the run together with its files. */
  const send = (onAsked = async () => {}, canStart = false) => {
    asking = onAsked;
    startsWith = canStart;
    return sendFiles({ client, id: "run", files, startWith, signal: new AbortController().signal });
  };
  return { folder, files, client, startWith, send, asked, put, startedWith };
}

test("small contents are sent with the manifest and the start of the run, in one request", async () => {
  const content = Buffer.from([0, 255, 10]);
  const { send, asked, startedWith } = await open({ "a.bin": content, "copy.bin": content });
  expect(await send(undefined, true)).toMatchObject({ manifest: "m", started: STARTED });
  expect(startedWith[0]?.files.map(({ path: at }) => at)).toEqual(["a.bin", "copy.bin"]);
  expect(startedWith.map(({ contents }) => contents)).toEqual([{ [hashOf(content)]: content.toString("base64") }]);
  expect(asked).toEqual([]);
});

test("an app that cannot start a run with its files gets them in a request before the start", async () => {
  const { send, asked, put, startedWith } = await open({ "a.txt": Buffer.from("a") });
  expect(await send()).toMatchObject({ manifest: "m", started: null });
  expect(asked).toEqual(startedWith);
  expect([asked.length, put.size]).toEqual([1, 0]);
});

test("after Ctrl-C the run is not started", async () => {
  const { files, client, startWith, startedWith } = await open({ "a.txt": Buffer.from("a") });
  await expect(sendFiles({ client, id: "run", files, startWith, signal: AbortSignal.abort() })).rejects.toThrow();
  expect(startedWith).toEqual([]);
});

test("a large content is sent separately", async () => {
  const large = Buffer.alloc(32 * KiB + 1, "x");
  const { send, asked, put, startedWith } = await open({ large, small: Buffer.from("s") });
  await send(undefined, true);
  expect(startedWith).toEqual([]);
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
