import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { curlCommand, shellQuoted } from "../../../inspector/src/parts/curl.ts";

test("a request without a body is just the URL", () => {
  expect(curlCommand({ method: "GET", url: "http://localhost:7071/api/hello" })).toBe(
    "curl http://localhost:7071/api/hello",
  );
});

test("method, headers and body become options", () => {
  const command = curlCommand({
    method: "POST",
    url: "http://localhost:7071/api/orders?full=true",
    headers: [["content-type", "application/json"]],
    body: '{"name":"it\'s"}',
  });
  expect(command).toBe(
    "curl --request POST 'http://localhost:7071/api/orders?full=true' --header 'content-type: application/json' " +
      `--data-raw '{"name":"it'\\''s"}'`,
  );
});

test("brackets and braces in a URL are not treated as patterns, and a header may be empty", () => {
  const headers: [string, string][] = [["x-empty", ""]];
  expect(curlCommand({ method: "GET", url: "http://localhost/api/{id}?a[]=1", headers })).toBe(
    "curl --globoff 'http://localhost/api/{id}?a[]=1' --header 'x-empty;'",
  );
});

test("HEAD has its own option, because --request HEAD waits for a body", () => {
  expect(curlCommand({ method: "HEAD", url: "http://localhost/" })).toBe("curl --head http://localhost/");
});

test.each(["$(reboot)", "`id`", "a'b\"c", "two\nlines", "; ls", "\\", "é 🙂", "!history"])(
  "a shell reads %j unchanged",
  (text) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellQuoted(text)}`], { encoding: "utf8" })).toBe(text);
  },
);
