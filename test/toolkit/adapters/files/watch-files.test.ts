import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchFiles } from "../../../../toolkit/src/adapters/files/watch-files.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

async function open() {
  const folder = await makeTempDir();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const file = path.join(folder, "nb.ipynb");
  await writeFile(file, "one");
  const later = path.join(folder, "same.yaml");
  return { file, later, over, changes: watchFiles([file, later], over.signal, 1) };
}

test("a change made before the next read, or by replacing the file, is reported once", async () => {
  const { file, changes, over } = await open();
  await writeFile(file, "changed");
  await writeFile(file, "changed twice");
  expect(await changes.next()).toMatchObject({ done: false });
  const next = changes.next();
  await writeFile(`${file}.new`, "changed twice");
  await rename(`${file}.new`, file);
  expect(await next).toMatchObject({ done: false });
  const last = changes.next();
  over.abort();
  expect(await last).toMatchObject({ done: true });
});

test("the creation of a file is a change", async () => {
  const { later, changes } = await open();
  const next = changes.next();
  await writeFile(later, "x");
  expect(await next).toMatchObject({ done: false });
});
