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

test("contents sent with the manifest are stored, and are not missing", async () => {
  const { post, blobs } = open();
  const files = [file("a", "A"), file("b", "B")];
  const contents = { [hashOf("A")]: Buffer.from("A").toString("base64") };
  const { status, body } = await post(files, { contents });
  expect([status, body.missing]).toEqual([200, [hashOf("B")]]);
  expect(blobs.contents.get(`run-1/file-${hashOf("A")}.bin`)?.toString()).toBe("A");
  const stored = blobs.contents.get(`run-1/files-${body.manifest}`)?.toString() ?? "";
  expect(JSON.parse(stored)).toEqual({ formatVersion: 1, files });
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
