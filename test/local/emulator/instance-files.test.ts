import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { instanceFilesOf, openInstanceFiles } from "../../../local/src/emulator/instance-files.ts";
import { stateFolderAt } from "../../../local/src/state/state-folder.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("an instance's files are removed with that instance only", async () => {
  const stateDir = await makeTempDir();
  const files = await openInstanceFiles(stateFolderAt(stateDir).instancesDir, { lifetime: "state-folder" }, "Hub");
  for (const id of ["one", "one-more"]) {
    await mkdir(instanceFilesOf(stateDir, "Hub", id), { recursive: true });
    await writeFile(path.join(instanceFilesOf(stateDir, "Hub", id), "a"), "");
  }
  await files.remove("one");
  await files.remove("absent");
  const root = files.appSettings["SAME_KIT_INSTANCE_FILES"] as string;
  expect(await readdir(root)).toEqual(["one-more"]);
  await files.stop();
  expect(await readdir(root)).toEqual(["one-more"]);
  await files.removeAll();
  expect(await readdir(path.dirname(root))).toEqual([]);
});

test("files of an in-memory hub are removed with their host, and those of a killed host by the next one", async () => {
  const dir = await makeTempDir();
  // No process has this number.
  const left = path.join(dir, "process-4194305", "hub", "x");
  await mkdir(left, { recursive: true });
  const files = await openInstanceFiles(dir, { lifetime: "host" }, "hub");
  await mkdir(path.join(files.appSettings["SAME_KIT_INSTANCE_FILES"] as string, "x"), { recursive: true });
  expect(await readdir(dir)).toEqual([`process-${process.pid}`]);
  await files.stop();
  expect(await readdir(dir)).toEqual([]);
});

test("storage that other machines may use gets no folder", async () => {
  const files = await openInstanceFiles(await makeTempDir(), { lifetime: "unknown" }, "hub");
  expect(files.appSettings).toEqual({});
  await files.remove("one");
});
