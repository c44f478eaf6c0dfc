import { createHash } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { CLOUD_PYTHON, unpackedCloudPython } from "../../../toolkit/src/packaging/python-archive.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const asked: string[] = [];
const answering =
  (status: number, text: string): typeof fetch =>
  async (url) => {
    asked.push(String(url));
    return new Response(text, { status });
  };

async function unpack(changes: { localFile?: string; fetch?: typeof fetch; cacheDir?: string }) {
  return unpackedCloudPython({
    cacheDir: changes.cacheDir ?? (await makeTempDir()),
    mirror: "https://mirror.example/builds/",
    localFile: changes.localFile ?? null,
    fetch: changes.fetch ?? answering(500, ""),
    onProgress: () => {},
    signal: new AbortController().signal,
  });
}

test("a mirror is used with the same release and file", async () => {
  asked.length = 0;
  await expect(unpack({ fetch: answering(404, "") })).rejects.toMatchObject({ code: "ERR_DEPLOY_PYTHON_DOWNLOAD" });
  expect(asked).toEqual([
    `https://mirror.example/builds/${CLOUD_PYTHON.release}/${encodeURIComponent(CLOUD_PYTHON.fileName)}`,
  ]);
});

test("a download with a different hash is rejected and not kept", async () => {
  const cacheDir = await makeTempDir();
  const sha256 = createHash("sha256").update("tampered").digest("hex");
  await expect(unpack({ cacheDir, fetch: answering(200, "tampered") })).rejects.toMatchObject({
    code: "ERR_DEPLOY_PYTHON_CHECKSUM",
    message: expect.stringContaining(`its SHA-256 is ${sha256}, not ${CLOUD_PYTHON.sha256}`),
  });
  expect(await readdir(path.join(cacheDir, "cpython"))).toEqual([]);
});

test("a local archive with a different hash is rejected and left in place", async () => {
  const folder = await makeTempDir();
  const localFile = path.join(folder, "python.tar.gz");
  await writeFile(localFile, "not it");
  await expect(unpack({ localFile })).rejects.toMatchObject({ code: "ERR_DEPLOY_PYTHON_CHECKSUM" });
  expect(await readdir(folder)).toEqual(["python.tar.gz"]);
});
