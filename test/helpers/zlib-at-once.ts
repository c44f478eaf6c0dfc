type Zlib = typeof import("node:zlib");
type Done = (error: null, result: Buffer) => void;

/** For a mock of `node:zlib`: a virtual clock does not wait for the compression threads. */
export async function zlibAtOnce(importActual: () => Promise<Zlib>) {
  const zlib = await importActual();
  return {
    ...zlib,
    gzip: (input: string, done: Done) => done(null, zlib.gzipSync(input)),
    gunzip: (input: Buffer, done: Done) => done(null, zlib.gunzipSync(input)),
  };
}
