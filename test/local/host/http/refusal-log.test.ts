import type { IncomingMessage } from "node:http";
import { createLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import { RefusalLog } from "../../../../local/src/host/http/refusal-log.ts";

function reported(...refusals: [403 | 421, Record<string, string>][]): string[] {
  const lines: string[] = [];
  const log = new RefusalLog(createLogger(({ message, fields }) => lines.push(`${message} ${fields["path"]}`), "http"));
  for (const [status, headers] of refusals) {
    log.report(status, { headers, method: "GET", url: "/api/a?code=secret" } as unknown as IncomingMessage);
  }
  return lines;
}

test("a rejected request is logged once, with the option that would allow it and without its query", () => {
  expect(
    reported(
      [421, { host: "host.docker.internal:7071" }],
      [421, { host: "host.docker.internal:7071" }],
      [403, { host: "localhost", origin: "http://localhost:5173" }],
      [403, { host: "localhost" }],
    ),
  ).toEqual([
    'A request to the host name "host.docker.internal:7071" was refused; --allow-host host.docker.internal of "local up" and "func start" serves it. /api/a',
    'A request from a page of "http://localhost:5173" was refused; --allow-origin http://localhost:5173 of "local up" and "func start" serves it. /api/a',
    "A request from a page of another site was refused. /api/a",
  ]);
});

test("a host name that is not safe in a shell gets no advice", () => {
  expect(reported([421, { host: "a;rm -rf ~" }])).toEqual([
    'A request to the host name "a;rm -rf ~" was refused. /api/a',
  ]);
});

test("the origin shared by all sandboxed pages gets no advice", () => {
  expect(reported([403, { host: "localhost", origin: "null" }])).toEqual([
    'A request from a page of "null" was refused. /api/a',
  ]);
});

test("a single client cannot flood the log", () => {
  const many = Array.from({ length: 1000 }, (_, index): [421, { host: string }] => [421, { host: `h${index}` }]);
  expect(reported(...many)).toHaveLength(20);
});
