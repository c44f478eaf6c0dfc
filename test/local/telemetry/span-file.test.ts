import { appendFile, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createSpanFileExporter, OLDER_SPAN_FILE, SPAN_FILE } from "../../../local/src/telemetry/span-file.ts";
import { spanNamed } from "../../helpers/span.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const never = new AbortController().signal;

async function namesIn(file: string): Promise<string[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line.endsWith("}"));
  return lines.map((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans[0].name);
}

test("a batch is written as a line that only this user can read", async () => {
  const folder = path.join(await makeTempDir(), "traces");
  const exporter = createSpanFileExporter(folder, {});
  for (const name of ["a", "b"]) expect(await exporter.export([spanNamed(name)], never)).toEqual({ kind: "exported" });
  const file = path.join(folder, SPAN_FILE);
  expect(await namesIn(file)).toEqual(["a", "b"]);
  if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("the file is rotated before it is too large, and one older file is kept", async () => {
  const folder = await makeTempDir();
  const exporter = createSpanFileExporter(folder, {}, 1000);
  for (const name of [..."abcdefghi"]) await exporter.export([spanNamed(name)], never);
  const [older, newer] = [path.join(folder, OLDER_SPAN_FILE), path.join(folder, SPAN_FILE)];
  expect((await stat(older)).size).toBeLessThanOrEqual(1000);
  const kept = [...(await namesIn(older)), ...(await namesIn(newer))];
  expect(kept.at(-1)).toBe("i");
  expect(kept.length).toBeLessThan(9);
});

test("a partial line of a killed host does not break the next one", async () => {
  const folder = await makeTempDir();
  await createSpanFileExporter(folder, {}).export([spanNamed("a")], never);
  await appendFile(path.join(folder, SPAN_FILE), '{"resourceSpans":[');
  await createSpanFileExporter(folder, {}).export([spanNamed("b")], never);
  expect(await namesIn(path.join(folder, SPAN_FILE))).toEqual(["a", "b"]);
});

test("a folder removed in the meantime is created again", async () => {
  const folder = path.join(await makeTempDir(), "traces");
  const exporter = createSpanFileExporter(folder, {});
  await exporter.export([spanNamed("a")], never);
  await rm(folder, { recursive: true });
  expect(await exporter.export([spanNamed("b")], never)).toMatchObject({ kind: "unavailable" });
  expect(await exporter.export([spanNamed("b")], never)).toEqual({ kind: "exported" });
  expect(await namesIn(path.join(folder, SPAN_FILE))).toEqual(["b"]);
});

test("a folder that is not writable is reported", async () => {
  const file = path.join(await makeTempDir(), "file");
  await appendFile(file, "");
  const result = await createSpanFileExporter(path.join(file, "traces"), {}).export([spanNamed("a")], never);
  expect(result).toMatchObject({ kind: "unavailable", reason: expect.stringContaining("ENOTDIR") });
});
