import { expect, test } from "vitest";
import { OperationError } from "../../../shared/src/index.ts";
import { explainingNetwork } from "../../../toolkit/src/compose/explain-network.ts";

const thrown = (error: unknown): Promise<unknown> =>
  explainingNetwork(() => Promise.reject(error)).catch((it: unknown) => it);

const fetchFailed = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("it says why"), { code }) });

test.each([
  ["ENOTFOUND", "ERR_NETWORK"],
  ["UND_ERR_HEADERS_TIMEOUT", "ERR_NETWORK"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_INTERCEPTED"],
])("a fetch error %s becomes %s and is not reported as a bug", async (cause, code) => {
  const error = await thrown(fetchFailed(cause));
  expect(error).toMatchObject({ code, message: expect.stringContaining(`${cause} it says why`), exitCode: 1 });
});

test.each([
  ["a bug", new TypeError("x is not a function")],
  ["an error that is already explained", new OperationError({ code: "ERR_TEST", message: "No." })],
])("%s is passed on unchanged", async (_what, error) => {
  expect(await thrown(error)).toBe(error);
});
