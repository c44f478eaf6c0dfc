import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";

test("durable-functions only uses the functions of validator that the app bundle replaces", async () => {
  const folder = "node_modules/durable-functions/lib";
  const files = (await readdir(folder, { recursive: true })).filter((it) => it.endsWith(".js"));
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  const users = texts.filter((text) => /require\("validator/.test(text));
  const used = users.flatMap((text) => [...text.matchAll(/\bvalidator_\d+\.(\w+)/g)].map(([, name]) => name));
  expect(users.length).toBeGreaterThan(0);
  expect([...new Set(used)]).toEqual(["isURL"]);
});
