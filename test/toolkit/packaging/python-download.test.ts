import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import * as tar from "tar";
import { expect, onTestFinished, test } from "vitest";
import {
  CLOUD_PYTHON,
  type PythonArchive,
  type PythonArchiveOptions,
  unpackedCloudPython,
} from "../../../toolkit/src/packaging/python-archive.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

/** An archive as in the releases, and its pinned properties. */
async function makeArchive(): Promise<{ bytes: Buffer; pinned: PythonArchive }> {
  const dir = await makeTempDir();
  await mkdir(path.join(dir, "python", "bin"), { recursive: true });
  await writeFile(path.join(dir, "python", "bin", "python3.12"), "interpreter".repeat(300_000));
  const file = path.join(dir, "python.tar.gz");
  await tar.create({ file, gzip: { level: 0 }, cwd: dir }, ["python"]);
  const bytes = await readFile(file);
  return { bytes, pinned: { ...CLOUD_PYTHON, sha256: createHash("sha256").update(bytes).digest("hex") } };
}

async function serve(listener: RequestListener): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function options(mirror: string, pinned: PythonArchive): Promise<PythonArchiveOptions & { said: string[] }> {
  const said: string[] = [];
  const signal = new AbortController().signal;
  const onProgress = (text: string) => void said.push(text);
  return { cacheDir: await makeTempDir(), mirror, localFile: null, fetch, onProgress, signal, pinned, said };
}

const PLACE = `/${CLOUD_PYTHON.release}/${encodeURIComponent(CLOUD_PYTHON.fileName)}`;

test("a redirect, as used by the releases, is followed, and nothing is requested the second time", async () => {
  const { bytes, pinned } = await makeArchive();
  const storage = await serve((_, response) => response.end(bytes));
  const mirror = await serve((_, response) => response.writeHead(302, { location: `${storage.url}/blob` }).end());
  const wanted = await options(mirror.url, pinned);
  const folder = await unpackedCloudPython(wanted);
  expect(await readdir(path.join(folder, "bin"))).toEqual(["python3.12"]);
  expect(await unpackedCloudPython(wanted)).toBe(folder);
  expect([mirror.asked, storage.asked]).toEqual([[PLACE], ["/blob"]]);
});

test("the download reports its progress", async () => {
  const { bytes, pinned } = await makeArchive();
  const server = await serve((_, response) => response.writeHead(200, { "content-length": bytes.length }).end(bytes));
  const wanted = await options(server.url, pinned);
  await unpackedCloudPython(wanted);
  expect(wanted.said).toContain("downloading Python: 1 of 3 MB");
});

test("an interrupted download is reported and not kept, and the next one starts over", async () => {
  const { bytes, pinned } = await makeArchive();
  let isBroken = true;
  const server = await serve((_, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    if (!isBroken) return void response.end(bytes);
    response.write(bytes.subarray(0, 1000), () => response.destroy());
  });
  const wanted = await options(server.url, pinned);
  await expect(unpackedCloudPython(wanted)).rejects.toMatchObject({
    code: "ERR_DEPLOY_PYTHON_DOWNLOAD",
    message: expect.stringMatching(/could not be downloaded from http:.*: terminated: /),
  });
  expect(await readdir(path.join(wanted.cacheDir, "cpython"))).toEqual([]);
  isBroken = false;
  await expect(unpackedCloudPython(wanted)).resolves.toContain(pinned.sha256.slice(0, 16));
});

test("an unreachable mirror is reported with the reason", async () => {
  const { pinned } = await makeArchive();
  const failure = unpackedCloudPython(await options("http://127.0.0.1:1", pinned));
  await expect(failure).rejects.toMatchObject({
    code: "ERR_DEPLOY_PYTHON_DOWNLOAD",
    message: expect.stringMatching(/fetch failed: (bad port|.*ECONNREFUSED)/),
  });
});

test("an interrupt ends the download and leaves nothing behind", async () => {
  const { bytes, pinned } = await makeArchive();
  const stop = new AbortController();
  const interrupt = new Error("Interrupted by SIGINT.");
  const server = await serve((_, response) => {
    response.write(bytes.subarray(0, 1000), () => stop.abort(interrupt));
  });
  const wanted = { ...(await options(server.url, pinned)), signal: stop.signal };
  await expect(unpackedCloudPython(wanted)).rejects.toBe(interrupt);
  expect(await readdir(path.join(wanted.cacheDir, "cpython"))).toEqual([]);
});

test("a local archive is used without any request, and is kept", async () => {
  const { bytes, pinned } = await makeArchive();
  const localFile = path.join(await makeTempDir(), "mine.tar.gz");
  await writeFile(localFile, bytes);
  const server = await serve((_, response) => response.end());
  const folder = await unpackedCloudPython({ ...(await options(server.url, pinned)), localFile });
  expect(await readdir(folder)).toEqual(["bin"]);
  expect(server.asked).toEqual([]);
  expect(await readFile(localFile)).toEqual(bytes);
});
