import { readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";
import { Journal } from "../../../toolkit/src/deployment/journal.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const now = () => new Date("2026-11-25T09:00:00Z");

async function newFolder() {
  return environmentFolder(await makeTempDir(), "dev", false);
}

const CHOICES = { subscription: null, variables: { plan: "premium" }, variableFiles: [], olderVariables: {} };

test("a successful phase counts only for the same fingerprint, even in the next process", async () => {
  const folder = await newFolder();
  await (await Journal.open(folder, now)).run("publish", "package-1", async () => {});
  const journal = await Journal.open(folder, now);
  expect(journal.isDone("publish", "package-1")).toBe(true);
  expect(journal.isDone("publish", "package-2")).toBe(false);
  expect(journal.isDone("init", "package-1")).toBe(false);
});

test("a failed phase is recorded with its code", async () => {
  const folder = await newFolder();
  const journal = await Journal.open(folder, now);
  const error = Object.assign(new Error("no"), { code: "ERR_PROVISION_QUOTA" });
  await expect(journal.run("provision", "a", () => Promise.reject(error))).rejects.toBe(error);
  expect((await Journal.open(folder, now)).phase("provision")).toEqual({
    status: "failed",
    at: "2026-11-25T09:00:00.000Z",
    fingerprint: "a",
    code: "ERR_PROVISION_QUOTA",
  });
});

test("a running phase is recorded as started", async () => {
  const folder = await newFolder();
  const journal = await Journal.open(folder, now);
  await journal.run("provision", "a", async () => {
    expect((await Journal.open(folder, now)).phase("provision")?.status).toBe("started");
  });
});

test("a result that does not count keeps the previous entry", async () => {
  const journal = await Journal.open(await newFolder(), now);
  await journal.run("provision", "a", async () => "applied");
  await journal.run(
    "provision",
    "b",
    async () => "planned",
    (kind) => kind === "applied",
  );
  expect(journal.phase("provision")).toMatchObject({ status: "done", fingerprint: "a" });
  await journal.forget("provision");
  await journal.run(
    "provision",
    "b",
    async () => "planned",
    (kind) => kind === "applied",
  );
  expect(journal.phase("provision")).toBeNull();
});

test("five packages are kept, newest first, and republishing moves a package to the front", async () => {
  const journal = await Journal.open(await newFolder(), now);
  for (const sha256 of ["a", "b", "c", "d", "e"]) await journal.addPublished({ sha256, file: `${sha256}.zip` });
  expect(await journal.addPublished({ sha256: "b", file: "b.zip" })).toEqual([]);
  const dropped = await journal.addPublished({ sha256: "f", file: "f.zip" });
  expect(journal.published.map(({ sha256 }) => sha256)).toEqual(["f", "b", "e", "d", "c"]);
  expect(dropped.map(({ sha256 }) => sha256)).toEqual(["a"]);
});

test("the journal is readable only by its owner", async () => {
  const folder = await newFolder();
  await (await Journal.open(folder, now)).saveChoices(CHOICES);
  expect((await stat(folder.journalFile)).mode & 0o777).toBe(0o600);
  expect((await Journal.open(folder, now)).choices).toEqual(CHOICES);
});

test("the file of a newer same-kit is rejected and left unchanged", async () => {
  const folder = await newFolder();
  await (await Journal.open(folder, now)).saveChoices(CHOICES);
  const newer = JSON.stringify({ formatVersion: 2 });
  await writeFile(folder.journalFile, newer);
  await expect(Journal.open(folder, now)).rejects.toMatchObject({ code: "ERR_STATE_FORMAT" });
  expect(await readFile(folder.journalFile, "utf8")).toBe(newer);
});
