import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, test } from "vitest";
import { readJsonLines } from "../../../functions-app/src/python/json-lines.ts";

test("values are parsed wherever the chunks break, and a line that is not JSON is skipped", async () => {
  const stream = new PassThrough();
  const values: unknown[] = [];
  readJsonLines(stream, (value) => values.push(value));
  const bytes = Buffer.from('{"a":"zwölf"}\nnot json\n[1]\n{"unfinished"');
  for (let at = 0; at < bytes.length; at += 3) stream.write(bytes.subarray(at, at + 3));
  stream.end();
  await finished(stream);
  expect(values).toEqual([{ a: "zwölf" }, [1]]);
});
