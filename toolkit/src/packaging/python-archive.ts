// The CPython for the package: Azure does not guarantee a Python in the images of its Node apps. python-build-standalone's
// `install_only` builds run from any folder and need only glibc.
// Source: astral-sh/python-build-standalone, docs/running.rst.

import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createFolderAside, OperationError, sha256OfFile, writeAside } from "@same-kit/shared";
import * as tar from "tar";

export type PythonArchive = { version: string; fileName: string; sha256: string; release: string };

/** Pinned; the hash is the one that the release publishes. 3.12 has the widest choice of wheels. */
export const CLOUD_PYTHON: PythonArchive = {
  version: "3.12.14",
  release: "20260814",
  fileName: "cpython-3.12.14+20260814-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
  sha256: "5acfa3e9ba26b51ae161c83aff278da915b590d22373a424b2ba55b8afe91fcc",
};

export const DEFAULT_PYTHON_MIRROR = "https://github.com/astral-sh/python-build-standalone/releases/download";

export type PythonArchiveOptions = {
  cacheDir: string;
  /** Replaces {@link DEFAULT_PYTHON_MIRROR}; the same folders are expected below it. */
  mirror: string;
  /** A local file instead of any download; checked against the same hash. */
  localFile: string | null;
  fetch: typeof fetch;
  onProgress: (text: string) => void;
  signal: AbortSignal;
  /** Default: {@link CLOUD_PYTHON}. */
  pinned?: PythonArchive;
};

/** @returns the folder that holds `bin/` and `lib/`, unpacked once per user. */
export async function unpackedCloudPython(options: PythonArchiveOptions): Promise<string> {
  const { pinned = CLOUD_PYTHON } = options;
  const { fileName, sha256 } = pinned;
  const place = path.join(options.cacheDir, "cpython", sha256.slice(0, 16));
  const folder = path.join(place, "python");
  if (existsSync(folder)) return folder;
  const archive = options.localFile ?? path.join(options.cacheDir, "cpython", fileName);
  if (!existsSync(archive)) await download(archive, pinned, options);
  await requireHash(archive, pinned, options.localFile === null);
  options.onProgress("unpacking Python");
  await createFolderAside(place, async (draft) => {
    await mkdir(draft);
    // tar refuses names that would leave the folder, and links that point outside it.
    await tar.extract({ file: archive, cwd: draft, strict: true });
  });
  return folder;
}

async function download(
  file: string,
  pinned: PythonArchive,
  { mirror, fetch, onProgress, signal }: PythonArchiveOptions,
): Promise<void> {
  const url = `${mirror.replace(/\/+$/, "")}/${pinned.release}/${encodeURIComponent(pinned.fileName)}`;
  onProgress(`downloading Python ${pinned.version} for the cloud, once`);
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeAside(file, async (draft) => {
      const response = await fetch(url, { signal });
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      const total = Number(response.headers.get("content-length"));
      await pipeline(Readable.fromWeb(response.body), counting(total, onProgress), createWriteStream(draft));
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new OperationError({
      code: "ERR_DEPLOY_PYTHON_DOWNLOAD",
      message: `Python ${pinned.version} for the cloud could not be downloaded from ${url}: ${reasonOf(cause)}`,
      hint: "Use a mirror (--python-mirror URL) or a local file (--python-archive FILE), or package no Python (--no-bundled-python).",
      cause,
    });
  }
}

/** Reports progress, a megabyte at a time. */
function counting(totalBytes: number, onProgress: (text: string) => void) {
  const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);
  return async function* (chunks: AsyncIterable<Buffer>) {
    let [count, told] = [0, 0];
    for await (const chunk of chunks) {
      count += chunk.length;
      if (megabytes(count) > told) {
        told = megabytes(count);
        onProgress(`downloading Python: ${told}${totalBytes > 0 ? ` of ${megabytes(totalBytes)}` : ""} MB`);
      }
      yield chunk;
    }
  };
}

/** `fetch` puts the reason of its failure into `cause`. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== "" ? `${message}: ${cause.message}` : message;
}

async function requireHash(file: string, pinned: PythonArchive, isOurs: boolean): Promise<void> {
  const found = await sha256OfFile(file);
  if (found === pinned.sha256) return;
  // A bad download must not block the next attempt.
  if (isOurs) await rm(file, { force: true });
  throw new OperationError({
    code: "ERR_DEPLOY_PYTHON_CHECKSUM",
    message: `${file} is not ${pinned.fileName}: its SHA-256 is ${found}, not ${pinned.sha256}.`,
    hint: "Download it again, or check the mirror.",
  });
}
