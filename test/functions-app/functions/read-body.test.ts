import { expect, test } from "vitest";
import { readJsonBody } from "../../../functions-app/src/functions/read-body.ts";

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part as string);
}
const request = (body: AsyncIterable<Uint8Array> | null, headers: Record<string, string> = {}) => ({
  body,
  headers: new Headers(headers),
});

test("JSON in several chunks is joined, including characters split between chunks", async () => {
  const [head, tail] = [Buffer.from('{"a":"ä"}').subarray(0, 7), Buffer.from('{"a":"ä"}').subarray(7)];
  expect(await readJsonBody(request(chunks(head, tail)), 100)).toEqual({ json: { a: "ä" } });
});

test("a declared size over the limit is rejected without reading", async () => {
  const body = { [Symbol.asyncIterator]: () => expect.unreachable() };
  const answer = await readJsonBody(request(body, { "content-length": "11" }), 10);
  expect(answer).toMatchObject({ problem: { status: 413, limit: 10 } });
});

test("reading stops when the limit is exceeded", async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; ; read += 4) yield Buffer.alloc(4);
  }
  expect(await readJsonBody(request(endless()), 10)).toMatchObject({ problem: { status: 413, limit: 10 } });
  expect(read).toBe(8); // The third chunk exceeded the limit.
});

test("a compressed body is rejected with a specific message", async () => {
  const answer = await readJsonBody(request(chunks("{}"), { "content-encoding": "gzip" }), 100);
  expect(answer).toMatchObject({ problem: { status: 415, field: "content-encoding" } });
});

test.each([
  ["nothing", null],
  ["invalid JSON", chunks("steps")],
  ["invalid UTF-8", chunks(Buffer.from([0xc3]))],
])("%s is a bad request, and the error refers to the body", async (_, body) => {
  expect(await readJsonBody(request(body), 100)).toMatchObject({ problem: { status: 400, field: "" } });
});

test("a large, endlessly nested body is rejected before parsing", async () => {
  const answer = await readJsonBody(request(chunks(Buffer.alloc(2_000_000, "["))), 3_000_000);
  const detail = "The body is refused: the JSON is nested more than 1000 levels deep.";
  expect(answer).toMatchObject({ problem: { status: 400, field: "", detail } });
});
