import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, test } from "vitest";
import { StepOutput } from "../../../functions-app/src/steps/step-output.ts";

async function follow(chunks: (string | Buffer)[], tailBytes = 1000) {
  const stream = new PassThrough();
  const lines: string[] = [];
  const output = new StepOutput(stream, tailBytes, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return { tail: output.end(), lines };
}

test("lines are handed on whole, wherever the chunks break", async () => {
  const bytes = Buffer.from("eins\nzwölf\n\nrest");
  const { lines, tail } = await follow([bytes.subarray(0, 7), bytes.subarray(7, 8), bytes.subarray(8)]);
  expect(lines).toEqual(["eins", "zwölf", "", "rest"]);
  expect(tail).toBe("eins\nzwölf\n\nrest");
});

test("of a progress bar its last state is a line", async () => {
  expect((await follow(["10 %\r20 %\r100 %\r\nend\r\n"])).lines).toEqual(["100 %", "end"]);
});

test("the tail is the last bytes, from a whole character on", async () => {
  expect((await follow(["a".repeat(10), "ääää"], 7)).tail).toBe("äää");
  expect((await follow(["x".repeat(5000), "y".repeat(5)], 8)).tail).toBe("xxxyyyyy");
});

test("a line without end is handed on in pieces", async () => {
  const { lines } = await follow(["x".repeat(40_000)]);
  expect(lines.map((line) => line.length)).toEqual([16_384, 16_384, 7_232]);
});

test("a flood of lines ends with a remark, the tail goes on", async () => {
  const { lines, tail } = await follow(
    [..."abcdefghijkl"].map((letter) => `${letter}\n`.repeat(1000)),
    4,
  );
  expect(lines).toHaveLength(10_000);
  expect(lines.at(-1)).toContain("not logged");
  expect(tail).toBe("l\nl\n");
});
