import { existsSync } from "node:fs";
import { appendFile, copyFile, cp, mkdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { seededRandom } from "@same-kit/shared";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../local/src/azurite/patched/database.ts";
import type { Limits } from "../../../../local/src/azurite/patched/journaled-file.ts";
import { Loki } from "../../../helpers/loki.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

type Row = { $loki: number; name: string; size: number };
type Db = InstanceType<typeof Loki>;

/** A clean stop writes a snapshot, however little has changed. */
const ALWAYS_WHOLE = { changedShare: 0, smallBytes: 0 };

async function makeFile(): Promise<string> {
  return path.join(await makeTempDir(), "db.json");
}

function open(file: string, limits?: Limits): Db {
  const db = openDatabase(Loki, file, false, { limits }) as Db;
  // Closes the files. A test may have left them as no database can be saved.
  onTestFinished(() => close(db).catch(() => {}));
  return db;
}

const finished = (start: (callback: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
const save = (db: Db) => finished((callback) => db.saveDatabase(callback));
const close = (db: Db) => finished((callback) => db.close(callback));

/** A database of two rows, of which later saves change one and remove the other, and then add one. */
async function withJournal(file: string, limits?: Limits): Promise<Db> {
  const db = open(file, limits);
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

async function load(file: string, limits?: Limits): Promise<Db> {
  const db = open(file, limits);
  await finished((callback) => db.loadDatabase({}, callback));
  return db;
}

/** Inserts, updates or removes a few rows of a few collections, and sometimes a collection. */
function change(db: Db, random: () => number): void {
  const name = `rows${Math.floor(random() * 3)}`;
  const rows = db.getCollection<Row>(name) ?? db.addCollection<Row>(name, { indices: ["name"] });
  for (let i = 0; i < random() * 20; i += 1) {
    const row = rows.data[Math.floor(random() * rows.data.length)];
    const what = random();
    if (row === undefined || what < 0.5) rows.insert({ name: `n${random()}`, size: random() });
    else if (what < 0.7) rows.remove(row);
    else rows.update({ ...row, size: random() });
  }
  if (random() < 0.05) db.removeCollection(name);
}

/** The files as a process leaves them that ends without closing its database. */
async function copyAfterCrash(file: string): Promise<string> {
  const copy = await makeFile();
  await cp(path.dirname(file), path.dirname(copy), { recursive: true });
  return copy;
}

const contentOf = (db: Db) => db.collections.map(({ name, data }) => [name, structuredClone(data)]);

const rowsOf = (db: Db) => db.getCollection<Row>("rows").data.map(({ name, size }) => [name, size]);

test("saves go to a journal, which is loaded after an unclean exit", async () => {
  const file = await makeFile();
  await withJournal(file);
  expect(JSON.parse(await readFile(file, "utf8")).collections[0].data).toHaveLength(2);
  expect(rowsOf(await load(file))).toEqual([
    ["a", 2],
    ["0", 3],
  ]);
});

test("line separators in a row do not end a line of the journal", async () => {
  const file = await makeFile();
  const db = await withJournal(file);
  const name = "a\u2028b\u2029c\r\nd\u0085é";
  db.getCollection<Row>("rows").insert({ name, size: 1 });
  await save(db);
  expect(rowsOf(await load(file)).at(-1)).toEqual([name, 1]);
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

test.each([
  ["first", 0],
  ["third", 2],
])("a damaged journal is reported, and left unchanged: the %s line", async (_, index) => {
  const file = await makeFile();
  const db = await withJournal(file);
  db.getCollection<Row>("rows").insert({ name: "after", size: 1 });
  await save(db);
  const lines = (await readFile(`${file}.journal`, "utf8")).split("\n");
  const damaged = lines.with(index, lines[index]?.slice(0, -1) ?? "").join("\n");
  const copy = await copyAfterCrash(file);
  await writeFile(`${copy}.journal`, damaged);
  await expect(load(copy)).rejects.toThrow(/^the line of db\.json\.journal that ends at byte \d+ is not JSON/);
  expect(await readFile(`${copy}.journal`, "utf8")).toBe(damaged);
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

test("saves after a snapshot go to a journal, which is loaded with it after an unclean exit", async () => {
  const file = await makeFile();
  await close(await withJournal(file));
  const db = await load(file);
  db.getCollection<Row>("rows").insert({ name: "later", size: 4 });
  await save(db);
  expect(JSON.parse(await readFile(file, "utf8")).collections[0].data).toHaveLength(2);
  expect(rowsOf(await load(file))).toEqual([
    ["a", 2],
    ["0", 3],
    ["later", 4],
  ]);
});

test("a file that plain LokiJS has rewritten after a crash is loaded without the journal of its earlier content", async () => {
  const file = await makeFile();
  const plain = new Loki(file, { persistenceMethod: "fs" });
  const rows = plain.addCollection<Row>("rows");
  rows.insert({ name: "plain", size: 1 });
  await save(plain);
  const db = await load(file);
  db.getCollection<Row>("rows").insert({ name: "journal", size: 1 });
  await save(db);
  db.getCollection<Row>("rows").insert({ name: "journal", size: 2 });
  await save(db);
  rows.insert({ name: "plain", size: 2 });
  await save(plain);
  expect(rowsOf(await load(file))).toEqual([
    ["plain", 1],
    ["plain", 2],
  ]);
});

describe("a database that is too large for one string", () => {
  const SMALL: Limits = { ...ALWAYS_WHOLE, journalBytes: 1e6, journalPerWhole: 0, snapshotBytes: 100 };

  test("stays in its journal at a clean stop", async () => {
    const file = await makeFile();
    await close(await withJournal(file, SMALL));
    expect(existsSync(`${file}.journal`)).toBe(true);
    const db = await load(file, SMALL);
    db.getCollection<Row>("rows").insert({ name: "next", size: 1 });
    await close(db);
    expect(rowsOf(await load(file, SMALL))).toEqual([
      ["a", 2],
      ["0", 3],
      ["next", 1],
    ]);
  });

  test("keeps its snapshot and the journal after it", async () => {
    const file = await makeFile();
    await close(await withJournal(file));
    const db = await load(file, SMALL);
    db.getCollection<Row>("rows").insert({ name: "next", size: 1 });
    await close(db);
    expect(rowsOf(await load(file, SMALL)).at(-1)).toEqual(["next", 1]);
  });
});

describe("a large database of which little has changed", () => {
  const limits: Limits = {
    journalBytes: 1e6,
    journalPerWhole: 1,
    snapshotBytes: 1e6,
    changedShare: 0.25,
    smallBytes: 10_000,
  };

  async function makeRows(count: number): Promise<string> {
    const file = await makeFile();
    const db = open(file, limits);
    const rows = db.addCollection<Row>("rows");
    for (let size = 0; size < count; size += 1) rows.insert({ name: "old", size });
    await close(db);
    expect(existsSync(`${file}.journal`)).toBe(false);
    return file;
  }

  /** @returns Whether the clean stop after the insertion left a journal. */
  async function insertOne(file: string, size: number): Promise<boolean> {
    const db = await load(file, limits);
    db.getCollection<Row>("rows").insert({ name: "new", size });
    await close(db);
    return existsSync(`${file}.journal`);
  }

  test("keeps the changes in a journal at a clean stop, until they are a quarter of it", async () => {
    const file = await makeRows(200);
    const before = (await stat(file)).mtimeMs;
    const kept: boolean[] = [];
    while (kept.at(-1) !== false && kept.length < 200) {
      kept.push(await insertOne(file, kept.length));
      if (kept.at(-1) === true) expect((await stat(file)).mtimeMs).toBe(before);
      const rows = rowsOf(await load(file, limits));
      expect(rows).toHaveLength(200 + kept.length);
      expect(rows.at(-1)).toEqual(["new", kept.length - 1]);
    }
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.at(-1)).toBe(false);
    expect(await insertOne(file, 0)).toBe(true);
  });

  test("is not written again by a stop without a change", async () => {
    const file = await makeRows(200);
    await insertOne(file, 1);
    const { size } = await stat(`${file}.journal`);
    await close(await load(file, limits));
    expect((await stat(`${file}.journal`)).size).toBe(size);
  });

  test("is written as a whole if it is small", async () => {
    const file = await makeRows(20);
    expect(await insertOne(file, 1)).toBe(false);
  });
});

describe("a journal that has become large", () => {
  const EAGER: Limits = { ...ALWAYS_WHOLE, journalBytes: 2000, journalPerWhole: 0, snapshotBytes: 1e6 };
  const ROWS = 2000;

  /** Saves small changes until the journal has been replaced, which leaves the snapshot empty. */
  async function untilCompacted(db: Db, file: string): Promise<void> {
    const rows = db.getCollection<Row>("rows");
    while (JSON.parse(await readFile(file, "utf8")).collections.length > 0) {
      rows.update({ ...(rows.data[0] as Row), size: Math.random() });
      await save(db);
    }
  }

  test("is rewritten, without what it held about removed rows", async () => {
    const file = await makeFile();
    const before = open(file);
    const all = before.addCollection<Row>("rows", { indices: ["name"] });
    for (let i = 0; i < ROWS; i += 1) all.insert({ name: `n${i}`, size: i });
    await save(before);
    const { size } = await stat(file);
    const db = await load(file, EAGER);
    const rows = db.getCollection<Row>("rows");
    rows.remove(rows.data.slice(1));
    await save(db);
    await untilCompacted(db, file);
    const sizes = [await stat(file), await stat(`${file}.journal`)].map((it) => it.size);
    for (const it of sizes) expect(it).toBeLessThan(size / 10);
    expect(rowsOf(await load(file))).toEqual(rowsOf(db));
  });

  test("contains what was changed, added and removed while it was written", async () => {
    const file = await makeFile();
    const db = open(file, EAGER);
    const rows = db.addCollection<Row>("rows", { indices: ["name"] });
    for (let i = 0; i < ROWS; i += 1) rows.insert({ name: `n${i}`, size: i });
    await save(db);
    rows.update({ ...(rows.data[0] as Row), size: -1 });
    rows.remove(rows.data[ROWS - 1] as Row);
    db.addCollection<Row>("more").insert({ name: "added", size: 1 });
    await save(db);
    await untilCompacted(db, file);
    const loaded = await load(file);
    expect(rowsOf(loaded)).toEqual(rowsOf(db));
    expect(loaded.getCollection<Row>("more").data).toMatchObject([{ name: "added" }]);
  });

  test("is not rewritten after a start while most of it is in use", async () => {
    const file = await makeFile();
    const db = open(file, EAGER);
    const rows = db.addCollection<Row>("rows");
    for (let i = 0; i < ROWS; i += 1) rows.insert({ name: `n${i}`, size: i });
    await save(db);
    await untilCompacted(db, file);
    const next = await load(await copyAfterCrash(file), EAGER);
    next.getCollection<Row>("rows").insert({ name: "next", size: 1 });
    await save(next);
    await new Promise(setImmediate);
    expect(existsSync(`${next.filename}.journal~`)).toBe(false);
  });

  test("replaces the snapshot before it, also if this one is left behind by a crash", async () => {
    const file = await makeFile();
    await close(await withJournal(file));
    await copyFile(file, `${file}.kept`);
    const db = await load(file, EAGER);
    for (let i = 0; i < ROWS; i += 1) db.getCollection<Row>("rows").insert({ name: `n${i}`, size: i });
    await save(db);
    await untilCompacted(db, file);
    expect(JSON.parse(await readFile(file, "utf8")).collections).toEqual([]);
    expect(rowsOf(await load(file))).toEqual(rowsOf(db));
    await copyFile(`${file}.kept`, file);
    expect(rowsOf(await load(file))).toEqual(rowsOf(db));
  });

  test("is left as it was if a clean stop comes first", async () => {
    const file = await makeFile();
    const db = open(file, { ...EAGER, snapshotBytes: 100 });
    const rows = db.addCollection<Row>("rows");
    for (let i = 0; i < ROWS; i += 1) rows.insert({ name: `n${i}`, size: i });
    await save(db);
    await close(db);
    expect(existsSync(`${file}.journal~`)).toBe(false);
    expect(rowsOf(await load(file))).toEqual(rowsOf(db));
  });
});

test("any sequence of changes, saves and clean stops is loaded as of the last save", async () => {
  const limits: Limits = {
    journalBytes: 3000,
    journalPerWhole: 1,
    snapshotBytes: 20_000,
    changedShare: 0.25,
    smallBytes: 4000,
  };
  for (let seed = 1; seed <= 4; seed += 1) {
    const random = seededRandom(seed);
    let file = await makeFile();
    let db = open(file, limits);
    let saved: unknown = [];
    for (let step = 0; step < 60; step += 1) {
      change(db, random);
      const what = random();
      if (what < 0.5) {
        await save(db);
        saved = contentOf(db);
      } else if (what < 0.6) {
        await close(db);
        saved = contentOf(db);
        db = await load(file, limits);
      } else if (what < 0.7) {
        file = await copyAfterCrash(file);
        db = await load(file, limits);
      } else continue;
      expect({ seed, step, content: contentOf(db) }).toEqual({ seed, step, content: saved });
    }
  }
});

test("a new collection is saved", async () => {
  const file = await makeFile();
  const db = await withJournal(file);
  db.addCollection<Row>("more").insert({ name: "x", size: 1 });
  await save(db);
  expect((await load(file)).getCollection<Row>("more").data).toMatchObject([{ name: "x" }]);
});

test("rows of a collection that was removed do not appear in one of the same name", async () => {
  const file = await makeFile();
  const db = await withJournal(file);
  db.removeCollection("rows");
  db.addCollection<Row>("rows").insert({ name: "new", size: 1 });
  await save(db);
  expect(rowsOf(await load(file))).toEqual([["new", 1]]);
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
