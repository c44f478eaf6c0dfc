// Node's compile cache stores what is compiled when a file is loaded. Most functions of a bundle are compiled later, on
// their first call, and again in every process: half the start-up time of a short-lived program. V8 can also export the
// compiled code of a script after it ran, including every function that was called.

import { isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import Module, { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import { crc32 } from "node:zlib";
import { writeFileAtomicSync } from "../files/atomic-file.ts";

type Handler = (module: NodeModule, file: string) => void;
type Loader = { _extensions: Record<".js", Handler>; wrapper: [head: string, tail: string] };

/** Header: the checksums of the source and of the compiled code, and how many processes have added to the latter. */
const HEADER_BYTES = 12;
// A process may exit before it has called what others call, so a few may add to the compiled code.
const MAX_ADDITIONS = 3;
// Every version of a bundle leaves a file; only the newest are kept.
const MAX_KEPT = 16;
const ENDING = ".bin";

type Kept = { code: Buffer; additions: number };

/**
 * Loads a CommonJS file like `require`, using the compiled code that earlier processes stored in `folder`. The first
 * few processes store it on exit, each adding the functions that it called.
 *
 * Only for our own bundles: instrumentation of an app's modules does not see the file.
 *
 * @param file - Absolute path.
 */
export function requireCompiled(file: string, folder: string): unknown {
  const { _extensions: handlers } = Module as unknown as Loader;
  const before = handlers[".js"]; // The default handler, also used for unknown extensions.
  handlers[".js"] = (module, name) => (name === file ? run(module, file, folder) : before(module, name));
  try {
    return createRequire(file)(file);
  } finally {
    handlers[".js"] = before;
  }
}

function run(module: NodeModule, file: string, folder: string): void {
  const source = readFileSync(file);
  const checksum = crc32(source);
  const kept = path.join(folder, nameFor(file, checksum, source.length));
  const known = readKept(kept, checksum);
  const [head, tail] = (Module as unknown as Loader).wrapper;
  // A large ASCII text decoded as latin1 is stored outside V8's heap, with one byte per character.
  const text = source.toString(isAscii(source) ? "latin1" : "utf8");
  const script = new vm.Script(`${head}${text}${tail}`, {
    filename: file,
    // Makes positions in the first line match those in the file.
    columnOffset: -head.length,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(known === undefined ? {} : { cachedData: known.code }),
  });
  const additions = script.cachedDataRejected === true ? 0 : (known?.additions ?? 0);
  if (additions < MAX_ADDITIONS) {
    process.once("exit", () => keep(kept, checksum, { code: script.createCachedData(), additions: additions + 1 }));
  }
  const call = script.runInThisContext() as (...args: unknown[]) => void;
  call.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
}

/**
 * One name per content and Node version: copies of a file, for example of an app that is deployed repeatedly, share it.
 */
function nameFor(file: string, checksum: number, sizeBytes: number): string {
  const { version, arch, platform } = process;
  const hash = createHash("sha256").update([checksum, sizeBytes, version, arch, platform].join("\0")).digest("hex");
  return `${path.basename(file, path.extname(file))}-${hash.slice(0, 16)}${ENDING}`;
}

/** @returns undefined if it was compiled from another source or is damaged; V8 checks neither. */
function readKept(kept: string, sourceChecksum: number): Kept | undefined {
  try {
    const bytes = readFileSync(kept);
    const code = bytes.subarray(HEADER_BYTES);
    const isWhole = bytes.readUInt32LE(0) === sourceChecksum && bytes.readUInt32LE(4) === crc32(code);
    return isWhole ? { code, additions: bytes.readUInt32LE(8) } : undefined;
  } catch {
    return undefined;
  }
}

function keep(kept: string, sourceChecksum: number, { code, additions }: Kept): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(sourceChecksum, 0);
  header.writeUInt32LE(crc32(code), 4);
  header.writeUInt32LE(additions, 8);
  try {
    writeFileAtomicSync(kept, Buffer.concat([header, code]));
    if (additions === 1) removeOldest(path.dirname(kept));
  } catch {
    // The disk is full or the folder is not writable: the next start is merely as slow as this one.
  }
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => path.join(folder, name));
  const dated = files
    .map((file) => ({ file, writtenMs: statSync(file).mtimeMs }))
    .sort((a, b) => b.writtenMs - a.writtenMs);
  for (const { file } of dated.slice(MAX_KEPT)) rmSync(file, { force: true });
}
