import { expect, test } from "vitest";
import { RecentEntries } from "../../../local/src/emulator/recent-entries.ts";
import type { LogEntry } from "../../../local/src/index.ts";

function line(message: string, instanceId = "one"): LogEntry {
  return { time: new Date(0), level: "info", source: "user", component: "test", message, fields: { instanceId } };
}

const texts = (page: { entries: LogEntry[] }) => page.entries.map(({ message }) => message);

test("lines of one instance are given once", async () => {
  const recent = new RecentEntries();
  for (const entry of [line("a"), line("b", "other"), line("c")]) recent.add(entry);
  const first = await recent.read("one", 0, 0);
  expect(texts(first)).toEqual(["a", "c"]);
  recent.add(line("d"));
  expect(texts(await recent.read("one", first.next, 0))).toEqual(["d"]);
});

test("a reader waits for the first line of its instance", async () => {
  const recent = new RecentEntries();
  const page = recent.read("one", 0, 60_000);
  recent.add(line("not this", "other"));
  recent.add(line("this"));
  expect(await page).toEqual({ entries: [line("this")], next: 2 });
});

test("closing answers who waits", async () => {
  const recent = new RecentEntries();
  const page = recent.read("one", 0, 60_000);
  recent.close();
  expect(await page).toEqual({ entries: [], next: 0 });
});

test("what is too much is forgotten, oldest first, and numbers go on", async () => {
  const recent = new RecentEntries();
  const mebibyte = "x".repeat(1024 * 1024);
  for (let number = 0; number < 20; number += 1) recent.add(line(mebibyte));
  const { entries, next } = await recent.read("one", 0, 0);
  expect({ kept: entries.length, next }).toEqual({ kept: 16, next: 20 });
});
