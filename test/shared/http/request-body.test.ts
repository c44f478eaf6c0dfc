import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isDeclaredTooLarge, readBody } from "../../../shared/src/http/request-body.ts";

const LIMIT_BYTES = 1000;

type Seen = { body: Buffer | "tooLarge"; isDeclared: boolean; complete: boolean };

/** A request with this body as seen by a server; in several chunks if several are given. */
async function send(pieces: readonly string[], headers: Record<string, string>): Promise<Seen> {
  const seen = Promise.withResolvers<Seen>();
  const server = http.createServer((request, response) => {
    readBody(request, LIMIT_BYTES)
      .then((body) =>
        seen.resolve({ body, isDeclared: isDeclaredTooLarge(request, LIMIT_BYTES), complete: request.complete }),
      )
      .finally(() => response.setHeader("connection", "close").end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const request = http.request({ port, method: "POST", headers });
  request.on("error", () => {});
  request.flushHeaders();
  for (const piece of pieces) request.write(piece);
  const answer = await seen.promise;
  request.end();
  return answer;
}

test("a body at the limit is read completely", async () => {
  const text = "x".repeat(LIMIT_BYTES);
  const { body } = await send([text], { "content-length": String(LIMIT_BYTES) });
  expect(body.toString()).toBe(text);
});

test("a length over the limit is rejected before anything is read", async () => {
  expect(await send([], { "content-length": String(LIMIT_BYTES + 1) })).toMatchObject({
    body: "tooLarge",
    isDeclared: true,
    complete: false,
  });
});

test("a body without a length is read only up to the limit", async () => {
  const pieces = ["x".repeat(600), "x".repeat(600)];
  expect(await send(pieces, {})).toMatchObject({ body: "tooLarge", isDeclared: false, complete: false });
});
