import { createHash } from "node:crypto";
import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { postManifest, putFile } from "../../../functions-app/src/functions/run-files.ts";
import { MemoryBlobs } from "../../helpers/memory-blobs.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
const file = (path: string, content: string) => ({
  kind: "file",
  path,
  sha256: hashOf(content),
  sizeBytes: content.length,
  modifiedMs: 0,
});

function open(env: Record<string, string> = {}) {
  const blobs = new MemoryBlobs();
  const deps = { env: { SAME_ACCESS_KEY: "k", ...env }, blobs };
  const request = (method: string, params: Record<string, string>, body: string, key: string) =>
    new HttpRequest({
      method,
      url: "https://app.example/api/runs/x/files",
      params,
      headers: { "x-functions-key": key },
      body: { string: body },
    });
  const told = (body: unknown) => (body === undefined ? null : JSON.parse(String(body)));
  return {
    blobs,
    async post(files: unknown[], { id = "run-1", key = "k", contents = {} as unknown } = {}) {
      const body = JSON.stringify({ formatVersion: 1, files, contents });
      const answer = await postManifest(request("POST", { id }, body, key), deps);
      return { status: answer.status, body: told(answer.body) };
    },
    async put(content: string, { sha256 = hashOf(content), id = "run-1", key = "k" } = {}) {
      const answer = await putFile(request("PUT", { id, sha256 }, content, key), deps);
      return { status: answer.status, body: told(answer.body) };
    },
  };
}

test("the app lists the contents that are missing, until it has them", async () => {
  const { post, put, blobs } = open();
  const files = [file("a", "A"), file("b", "B"), file("copy", "A")];
  const { status, body } = await post(files);
  expect([status, body.missing]).toEqual([200, [hashOf("A"), hashOf("B")]]);
  expect(await blobs.find("run-1", "files", body.manifest)).toBeDefined();
  expect((await put("A")).status).toBe(204);
  expect((await post(files)).body.missing).toEqual([hashOf("B")]);
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

test("small contents sent with the manifest are stored in it, with one upload, and are not missing", async () => {
  const { post, blobs } = open();
  const files = [file("a", "A"), file("b", "B"), file("c", "C")];
  const contents = { [hashOf("A")]: base64("A"), [hashOf("C")]: base64("C") };
  const { status, body } = await post(files, { contents });
  expect([status, body.missing]).toEqual([200, [hashOf("B")]]);
  expect([...blobs.contents.keys()]).toEqual([`run-1/files-${body.manifest}`]);
  const stored = blobs.contents.get(`run-1/files-${body.manifest}`)?.toString() ?? "";
  expect(JSON.parse(stored)).toEqual({ formatVersion: 1, files, contents });
});

const KiB = 1024;

test.each([
  ["is large", { large: "x".repeat(32 * KiB + 1), small: "s" }, ["large"]],
  [
    "is one too many",
    Object.fromEntries(["1", "2", "3", "4", "5"].map((name) => [name, name.repeat(30 * KiB)])),
    ["5"],
  ],
])("a content that %s is stored as a blob even if it is sent with the manifest", async (_, texts, expected) => {
  const { post, blobs } = open();
  const named = Object.entries(texts as Record<string, string>);
  const contents = Object.fromEntries(named.map(([, text]) => [hashOf(text), base64(text)]));
  const { body } = await post(
    named.map(([name, text]) => file(name, text)),
    { contents },
  );
  expect(body.missing).toEqual([]);
  const saved = named.filter(([, text]) => blobs.savedFiles.includes(hashOf(text))).map(([name]) => name);
  expect(saved).toEqual(expected);
});

test("a file that names a step gets a blob, because clients read the files of steps as blobs", async () => {
  const { post, blobs } = open();
  const files = [file("a", "A"), { ...file("copy", "A"), step: "made" }];
  await post(files, { contents: { [hashOf("A")]: base64("A") } });
  expect(blobs.savedFiles).toEqual([hashOf("A")]);
});

test.each([
  ["does not match its hash", { [hashOf("A")]: Buffer.from("B").toString("base64") }],
  ["is not a string", { [hashOf("A")]: 1 }],
  ["does not belong to a file", { [hashOf("B")]: Buffer.from("B").toString("base64") }],
  ["has a hostile name", { "../a": "" }],
])("a content in the manifest that %s is rejected, and nothing is stored", async (_, contents) => {
  const { post, blobs } = open();
  expect(await post([file("a", "A")], { contents })).toMatchObject({ status: 400, body: { field: "contents" } });
  expect(blobs.contents.size).toBe(0);
});

test("contents of another run are not reused, as they are removed with that run", async () => {
  const { post, put } = open();
  await put("A", { id: "run-2" });
  expect((await post([file("a", "A")])).body.missing).toEqual([hashOf("A")]);
});

test("without the key nothing is returned and nothing is stored", async () => {
  const { post, put, blobs } = open();
  expect([await post([], { key: "wrong" }), await put("A", { key: "" })]).toMatchObject([
    { status: 401 },
    { status: 401 },
  ]);
  expect(blobs.contents.size).toBe(0);
});

test("a content that does not match its hash, and a hostile path or ID, are rejected", async () => {
  const { post, put, blobs } = open();
  expect(await put("A", { sha256: hashOf("B") })).toMatchObject({ status: 400 });
  expect(await put("A", { sha256: "../x" })).toMatchObject({ status: 400 });
  expect(await put("A", { id: "../x" })).toMatchObject({ status: 400, body: { field: "id" } });
  expect(await post([], { id: "a/b" })).toMatchObject({ status: 400, body: { field: "id" } });
  expect(await post([file("../a", "A")])).toMatchObject({ status: 400, body: { field: "files" } });
  expect(blobs.contents.size).toBe(0);
});

test("contents over a limit are rejected with 413", async () => {
  const { post, put } = open({ SAME_MAX_FILE_BYTES: "3", SAME_MAX_FILES: "1" });
  expect(await put("four")).toMatchObject({ status: 413, body: { limit: 3 } });
  expect(await post([file("a", "four")])).toMatchObject({ status: 413 });
  expect(await post([file("a", "A"), file("b", "B")])).toMatchObject({ status: 413 });
});
