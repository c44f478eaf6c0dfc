// IDs determine partitions, and compression in threads ends at any time: both would make each run of a seed different. A test file
// mocks `node:crypto` and `node:zlib` with these.

import { seededRandom } from "@same-kit/shared";

let random = (): number => 0;

/** From here on, the IDs are those of this seed. */
export function seedIds(seed: number): void {
  random = seededRandom(seed);
}

export function repeatableCrypto(crypto: object): object {
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  const randomUUID = () =>
    randomBytes(16)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { ...crypto, randomBytes, randomUUID };
}

type Done = (error: null, result: Buffer) => void;

export function repeatableZlib(zlib: typeof import("node:zlib")): object {
  const gzip = (data: Buffer, done: Done) => done(null, zlib.gzipSync(data));
  const gunzip = (data: Buffer, done: Done) => done(null, zlib.gunzipSync(data));
  return { ...zlib, gzip, gunzip };
}
