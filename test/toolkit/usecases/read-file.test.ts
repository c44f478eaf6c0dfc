import { execFileSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readTextFile } from "../../../toolkit/src/usecases/read-file.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function write(content: string | Uint8Array): Promise<string> {
  const file = path.join(await makeTempDir(), "file");
  await writeFile(file, content);
  return file;
}

test("text is read without its byte order mark", async () => {
  expect(await readTextFile(await write("\uFEFFä"), "it")).toBe("ä");
});

test("UTF-16 text as written by PowerShell is rejected with a remedy", async () => {
  const file = await write(Buffer.from("\uFEFFnumpy\n", "utf16le"));
  await expect(readTextFile(file, "the list")).rejects.toMatchObject({
    code: "ERR_FILE_UNUSABLE",
    message: `${file}, the list, is not UTF-8 text.`,
    hint: expect.stringContaining("PowerShell"),
  });
});

test("a folder, a pipe and a device are not read", async () => {
  const dir = await makeTempDir();
  const pipe = path.join(dir, "pipe");
  execFileSync("mkfifo", [pipe]);
  await expect(readTextFile(dir, "it")).rejects.toThrow("is a folder");
  for (const file of [pipe, "/dev/zero"]) {
    await expect(readTextFile(file, "it")).rejects.toMatchObject({ code: "ERR_FILE_UNUSABLE" });
  }
});

test("a file that is too large for any run is not read", async () => {
  const file = await write("");
  await truncate(file, 300 * 1024 * 1024); // A sparse file.
  await expect(readTextFile(file, "it")).rejects.toThrow(/has 314572800 bytes/);
});
