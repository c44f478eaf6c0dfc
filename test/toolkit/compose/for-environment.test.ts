import { expect, test } from "vitest";
import { OperationError } from "../../../local/src/index.ts";
import { forEnvironment } from "../../../toolkit/src/compose/for-environment.ts";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";

const thrown = (error: unknown, name = "prod", isRehearsal = true): Promise<unknown> =>
  forEnvironment(environmentFolder("/state", name, isRehearsal), () => Promise.reject(error)).catch(
    (it: unknown) => it,
  );

const hinting = (hint: string) => new OperationError({ code: "ERR_TEST", message: "No.", hint });

test.each([
  ["Run `same-kit up` again.", "Run `same-kit up --env prod --rehearse` again."],
  ["`same-kit publish --rollback` helps.", "`same-kit publish --env prod --rehearse --rollback` helps."],
  ["Run `same-kit up --env prod --rehearse`.", "Run `same-kit up --env prod --rehearse`."],
  ["Try `same-kit smoke-test --host-name H`.", "Try `same-kit smoke-test --host-name H`."],
])("the hint %j names the environment", async (hint, expected) => {
  expect(await thrown(hinting(hint))).toMatchObject({ code: "ERR_TEST", hint: expected });
});

test("the default environment in Azure needs no name", async () => {
  const error = await thrown(hinting("Run `same-kit up` again."), "dev", false);
  expect(error).toMatchObject({ hint: "Run `same-kit up` again." });
});

const fetchFailed = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("it says why"), { code }) });

test.each([
  ["ENOTFOUND", "ERR_NETWORK"],
  ["UND_ERR_HEADERS_TIMEOUT", "ERR_NETWORK"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_INTERCEPTED"],
])("a fetch that failed with %s is %s and no bug", async (cause, code) => {
  const error = await thrown(fetchFailed(cause));
  expect(error).toMatchObject({ code, message: expect.stringContaining(`${cause} it says why`), exitCode: 1 });
});

test("a bug stays one", async () => {
  const bug = new TypeError("x is not a function");
  expect(await thrown(bug)).toBe(bug);
});
