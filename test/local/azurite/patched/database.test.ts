import { existsSync } from "node:fs";
import { appendFile, copyFile, mkdir, readFile, rmdir } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../local/src/azurite/patched/database.ts";
import { Loki } from "../../../helpers/loki.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

type Row = { $loki: number; name: string; size: number };
type Db = InstanceType<typeof Loki>;

async function makeFile(): Promise<string> {
  return path.join(await makeTempDir(), "db.json");
}

function open(file: string): Db {
  const db = openDatabase(Loki, file, false) as Db;
  onTestFinished(() => db.autosaveDisable());
  return db;
}

const finished = (start: (callback: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
const save = (db: Db) => finished((callback) => db.saveDatabase(callback));
const close = (db: Db) => finished((callback) => db.close(callback));

/** A database with a snapshot of two rows, and a journal with one of them changed, one removed and one added. */
async function withJournal(file: string): Promise<Db> {
  const db = open(file);
  const rows = db.addCollection<Row>("rows", { indices: ["name"] });
  const a = rows.insert({ name: "a", size: 1 });
  const b = rows.insert({ name: "b", size: 1 });
  await save(db);
  rows.update({ ...a, size: 2 });
  rows.remove(b);
  await save(db);
  rows.insert({ name: "0", size: 3 });
  await save(db);
  return db;
}

async function load(file: string): Promise<Db> {
  const db = open(file);
  await finished((callback) => db.loadDatabase({}, callback));
  return db;
}

const rowsOf = (db: Db) => db.getCollection<Row>("rows").data.map(({ name, size }) => [name, size]);

test("saves after the first go to a journal, which is loaded after an unclean exit", async () => {
  const file = await makeFile();
  await withJournal(file);
  expect(JSON.parse(await readFile(file, "utf8")).collections[0].data).toHaveLength(2);
  expect(rowsOf(await load(file))).toEqual([
    ["a", 2],
    ["0", 3],
  ]);
});

test("document numbers are not reused after a crash", async () => {
  const file = await makeFile();
  await withJournal(file);
  expect((await load(file)).getCollection<Row>("rows").insert({ name: "d", size: 1 }).$loki).toBe(4);
});

test("indexes include rows from the journal", async () => {
  const file = await makeFile();
  await withJournal(file);
  const { binaryIndices, data } = (await load(file)).getCollection<Row>("rows");
  expect(binaryIndices["name"]?.values.map((position) => data[position]?.name)).toEqual(["0", "a"]);
});

test("a line truncated by a crash is ignored, and later saves are not lost", async () => {
  const file = await makeFile();
  await withJournal(file);
  await appendFile(`${file}.journal`, '[{"name":"rows","changed":[{"na');
  const db = await load(file);
  expect(rowsOf(db)).toHaveLength(2);
  await save(db);
  db.getCollection<Row>("rows").insert({ name: "after", size: 1 });
  await save(db);
  expect(rowsOf(await load(file))).toEqual([
    ["a", 2],
    ["0", 3],
    ["after", 1],
  ]);
});

test("a clean stop leaves one file, which plain LokiJS can read", async () => {
  const file = await makeFile();
  await close(await withJournal(file));
  expect(existsSync(`${file}.journal`)).toBe(false);
  const plain = new Loki(file, { persistenceMethod: "fs" });
  await finished((callback) => plain.loadDatabase({}, callback));
  expect(rowsOf(plain)).toHaveLength(2);
});

test("a journal of an earlier snapshot is ignored", async () => {
  const file = await makeFile();
  const db = await withJournal(file);
  await copyFile(`${file}.journal`, `${file}.kept`);
  await close(db);
  const next = await load(file);
  next.getCollection<Row>("rows").insert({ name: "new", size: 1 });
  await close(next);
  await copyFile(`${file}.kept`, `${file}.journal`);
  expect(rowsOf(await load(file))).toEqual([
    ["a", 2],
    ["0", 3],
    ["new", 1],
  ]);
});

test("a file written by plain LokiJS is loaded, and a journal next to it is ignored", async () => {
  const file = await makeFile();
  await withJournal(file);
  const plain = new Loki(file, { persistenceMethod: "fs" });
  plain.addCollection<Row>("rows").insert({ name: "plain", size: 1 });
  await save(plain);
  expect(rowsOf(await load(file))).toEqual([["plain", 1]]);
});

test("a new collection is saved", async () => {
  const file = await makeFile();
  const db = await withJournal(file);
  db.addCollection<Row>("more").insert({ name: "x", size: 1 });
  await save(db);
  expect((await load(file)).getCollection<Row>("more").data).toMatchObject([{ name: "x" }]);
});

test("changes of a failed save are saved by the next one", async () => {
  const file = await makeFile();
  const db = open(file);
  const rows = db.addCollection<Row>("rows");
  await save(db);
  rows.insert({ name: "late", size: 1 });
  const journal = `${file}.journal`;
  await mkdir(journal);
  await expect(save(db)).rejects.toThrow("EISDIR");
  await rmdir(journal);
  await save(db);
  expect(rowsOf(await load(file))).toEqual([["late", 1]]);
});

test("an in-memory database writes no file", async () => {
  const file = await makeFile();
  const db = openDatabase(Loki, file, true);
  await finished((callback) => db.saveDatabase(callback));
  expect(existsSync(file)).toBe(false);
});
