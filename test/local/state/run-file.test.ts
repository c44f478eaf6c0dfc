import { readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { identifyThisProcess } from "@same-kit/shared";
import { expect, test } from "vitest";
import {
  listRunFiles,
  type RunFile,
  readHostStorage,
  removeRunFile,
  writeRunFile as writeWithStorage,
} from "../../../local/src/state/run-file.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const runFile = (changes: Partial<RunFile> = {}): RunFile => ({
  process: identifyThisProcess(),
  url: "http://localhost:7071",
  port: 7071,
  hubName: "hub",
  appDir: "/app",
  storage: "disk",
  startedAt: "2026-01-02T03:04:05.000Z",
  isDetached: false,
  ...changes,
});

const writeRunFile = (dir: string, file: RunFile) => writeWithStorage(dir, file, "AccountKey=secret");

test("the connection string is readable only by its owner, separate from the listed data, while the host runs", async () => {
  const dir = await makeTempDir();
  await writeRunFile(dir, runFile());
  expect(JSON.stringify(await listRunFiles(dir))).not.toContain("secret");
  expect(await readHostStorage(dir, runFile())).toBe("AccountKey=secret");
  for (const name of await readdir(dir)) expect((await stat(path.join(dir, name))).mode & 0o077).toBe(0);
  await removeRunFile(dir, runFile());
  expect(await readHostStorage(dir, runFile())).toBeUndefined();
  expect(await readdir(dir)).toEqual([]);
});

test("running hosts are listed in the order they were started", async () => {
  const dir = await makeTempDir();
  await writeRunFile(dir, runFile({ port: 7072, startedAt: "2026-01-02T03:04:06.000Z" }));
  await writeRunFile(dir, runFile());
  expect((await listRunFiles(dir)).map((it) => it.port)).toEqual([7071, 7072]);
});

test("a stopped host is no longer listed", async () => {
  const dir = await makeTempDir();
  await writeRunFile(dir, runFile());
  await removeRunFile(dir, runFile());
  expect(await listRunFiles(dir)).toEqual([]);
});

test("the file of a dead host, or with invalid content, is removed", async () => {
  const dir = await makeTempDir();
  await writeRunFile(dir, runFile({ process: { pid: process.pid, startMark: "an earlier process" } }));
  await writeFile(path.join(dir, "broken.json"), "{");
  expect(await listRunFiles(dir)).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
});

test("a folder that does not exist has no hosts", async () => {
  expect(await listRunFiles(path.join(await makeTempDir(), "none"))).toEqual([]);
});
