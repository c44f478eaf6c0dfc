import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { sha256Of, sha256OfFile, verifySha256 } from "../../../shared/src/index.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

// FIPS 180-2, example B.1.
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

async function* abc() {
  yield Buffer.from("a");
  yield Buffer.from("bc");
}

test("a string, bytes and a file have the same hash", async () => {
  const file = path.join(await makeTempDir(), "abc");
  await writeFile(file, "abc");
  expect([sha256Of("abc"), sha256Of(Buffer.from("abc")), await sha256OfFile(file)]).toEqual([ABC, ABC, ABC]);
});

test("a stream passes if its content matches the hash, in upper or lower case", async () => {
  expect(Buffer.concat(await Array.fromAsync(verifySha256(abc(), ABC.toUpperCase()))).toString()).toBe("abc");
});

test("a stream with other content fails at its end", async () => {
  const other = "0".repeat(64);
  await expect(Array.fromAsync(verifySha256(abc(), other))).rejects.toThrow(
    `its SHA-256 is ${ABC} instead of ${other}`,
  );
});
