// Node's compile cache holds what is compiled when a file is loaded. Most functions of a bundle are compiled later, when they are
// first called, and that again in every process: half of the start-up time of a program that ends soon. V8 can also give the code of a
// script after it ran, with all that was called.

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

/** The checksums of the file and of its compiled form, and how many processes have added to that, before it. */
const HEADER_BYTES = 12;
// One may end before it has done what others do.
const MAX_ADDITIONS = 3;
// Every version of a bundle leaves one; the newest stay.
const MAX_KEPT = 16;
const ENDING = ".bin";

type Kept = { code: Buffer; additions: number };

/**
 * Loads a CommonJS file as `require` does, with the compiled form that earlier processes left below `folder`. The first ones leave it
 * when they end, each with what it called besides.
 *
 * For bundles of our own: what instruments an app's modules does not see the file.
 *
 * @param file - Absolute.
 */
export function requireCompiled(file: string, folder: string): unknown {
  const { _extensions: handlers } = Module as unknown as Loader;
  const before = handlers[".js"]; // Of every ending that has no handler of its own.
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
  // A large text of ASCII becomes a string outside of V8's heap, of one byte for each character.
  const text = source.toString(isAscii(source) ? "latin1" : "utf8");
  const script = new vm.Script(`${head}${text}${tail}`, {
    filename: file,
    // A position in the first line is where it is in the file.
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

/** One for each content and Node: copies of a file, as of an app that is deployed again and again, share it. */
function nameFor(file: string, checksum: number, sizeBytes: number): string {
  const { version, arch, platform } = process;
  const hash = createHash("sha256").update([checksum, sizeBytes, version, arch, platform].join("\0")).digest("hex");
  return `${path.basename(file, path.extname(file))}-${hash.slice(0, 16)}${ENDING}`;
}

/** @returns undefined where it is of another text, or damaged: V8 itself checks neither. */
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
    // A full disk or a folder that cannot be written: the next start is as slow as this one.
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
