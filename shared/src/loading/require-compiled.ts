// Node's compile cache holds what is compiled when a file is loaded. Most functions of a bundle are compiled later, when they are
// first called, and that again in every process: half of the start-up time of a program that ends soon. V8 can also give the code of a
// script after it ran, with all that was called.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import { crc32 } from "node:zlib";
import { writeFileAtomicSync } from "../files/atomic-file.ts";

type Handler = (module: NodeModule, file: string) => void;
type Loader = { _extensions: Record<".js", Handler>; wrap(text: string): string };

/** The checksums of the file and of its compiled form, before that form. */
const HEADER_BYTES = 8;

/**
 * Loads a CommonJS file as `require` does, with the compiled form that an earlier process left below `folder`. Where there is none,
 * this process leaves it when it ends.
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
  const kept = path.join(folder, nameFor(file));
  const cachedData = readKept(kept, crc32(source));
  const { wrap } = Module as unknown as Loader;
  const text = source.toString("utf8");
  const wrapped = wrap(text);
  const script = new vm.Script(wrapped, {
    filename: file,
    // A position in the first line is where it is in the file.
    columnOffset: -wrapped.indexOf(text),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once("exit", () => keep(kept, crc32(source), script.createCachedData()));
  }
  const call = script.runInThisContext() as (...args: unknown[]) => void;
  call.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
}

/** One for each file and Node, replaced when the file changes. */
function nameFor(file: string): string {
  const { version, arch, platform } = process;
  const hash = createHash("sha256").update([file, version, arch, platform].join("\0")).digest("hex");
  return `${path.basename(file, path.extname(file))}-${hash.slice(0, 16)}.bin`;
}

/** @returns undefined where it is of another text, or damaged: V8 itself checks neither. */
function readKept(kept: string, sourceChecksum: number): Buffer | undefined {
  try {
    const bytes = readFileSync(kept);
    const code = bytes.subarray(HEADER_BYTES);
    const isWhole = bytes.readUInt32LE(0) === sourceChecksum && bytes.readUInt32LE(4) === crc32(code);
    return isWhole ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(kept: string, sourceChecksum: number, code: Buffer): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(sourceChecksum, 0);
  header.writeUInt32LE(crc32(code), 4);
  try {
    writeFileAtomicSync(kept, Buffer.concat([header, code]));
  } catch {
    // A full disk or a folder that cannot be written: the next start is as slow as this one.
  }
}
