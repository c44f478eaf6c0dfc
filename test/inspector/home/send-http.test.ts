import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instanceIn, sendHttp, toText } from "../../../inspector/src/home/send-http.ts";

const server = createServer((request, response) => {
  if (request.url === "/large") response.end("x".repeat(2_000_000));
  else if (request.url === "/binary") response.end(Buffer.from([1, 0, 2]));
  else response.writeHead(404, { "x-method": request.method }).end("not here");
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => void server.close());

const send = (path: string) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return sendHttp({ method: "DELETE", url }, new AbortController().signal);
};

test("the result has status, headers and body, whatever the status", async () => {
  const answer = await send("/missing");
  expect(answer).toMatchObject({ status: 404, body: "not here", bytes: 8, isTruncated: false });
  expect(answer.headers).toContainEqual(["x-method", "DELETE"]);
});

test("only the beginning of a large body is read", async () => {
  const answer = await send("/large");
  expect(answer).toMatchObject({ bytes: 500_000, isTruncated: true });
  expect(answer.body).toHaveLength(500_000);
});

test("a body with zero bytes is not shown as text", async () => {
  expect(await send("/binary")).toMatchObject({ body: null, bytes: 3 });
  expect(toText(new TextEncoder().encode("né"))).toBe("né");
});

test("the instance ID is read from the response of a starter function", () => {
  expect(instanceIn({ body: '{"id":"a1","statusQueryGetUri":"http://…"}' })).toBe("a1");
  for (const body of [null, "", "text", '{"id":"a1"}', '{"id":1,"statusQueryGetUri":"x"}', "null", "[]"]) {
    expect(instanceIn({ body })).toBeNull();
  }
});
