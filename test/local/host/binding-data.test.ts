import { expect, test } from "vitest";
import { bindingDataOf, fillBindingText } from "../../../local/src/host/binding-data.ts";

const env = { NAME: "from settings" };
const fill = (text: string, data: Record<string, unknown> = {}) =>
  fillBindingText(text, { env, data, functionName: "Store" });

test("settings and values of the call are filled in, case-insensitively", () => {
  expect(fill("%NAME%/{id}/{Deep.member}", { ID: 7, deep: { Member: "m" } })).toBe("from settings/7/m");
});

test("a random name is different each time", () => {
  const [first, second] = fill("{rand-guid} {rand-guid}").split(" ");
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).not.toBe(first);
});

test("the time has whole seconds and no colon", () => {
  expect(fill("{DateTime}")).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
});

test.each([
  ["{datetime:yyyy/MM}", /^\d{4}\/\d\d$/],
  ["{sys.utcNow:HH-mm}", /^\d\d-\d\d$/],
  ["{rand-guid:N}", /^[0-9a-f]{32}$/],
  ["{sys.randGuid:B}", /^\{[0-9a-f-]{36}\}$/],
  ["{sys.methodName}", /^Store$/],
])("%s is generated for the call", (text, expected) => {
  expect(fill(text)).toMatch(expected);
});

test("a value of the call takes precedence over a generated one", () => {
  const data = { dateTime: "of the call", sys: { methodName: "mine" } };
  expect(fill("{DateTime:yyyy} {sys.methodName}", data)).toBe("of the call mine");
});

test.each([
  ["%NOPE%", '"%NOPE%" in "%NOPE%" does not resolve'],
  ["a/{nope}", '"{nope}" in "a/{nope}" has no value'],
  ["{rand-guid:Q}", '"{rand-guid:Q}" in "{rand-guid:Q}" has no value'],
  ["{sys.other}", "has no value in this call"],
])("an expression without a value is reported: %s", (text, problem) => {
  expect(() => fill(text)).toThrow(problem);
});

test("route values take precedence over the query, the query over the body, and the key is left out", () => {
  const body = { bytes: Buffer.from('{"a":"body","b":"body","c":"body"}') };
  const query = { a: "query", b: "query", code: "secret" };
  const http = { body, query, params: { a: "route" }, headers: { accept: "*/*", "x-functions-key": "secret" } };
  expect(bindingDataOf({ triggerData: { http } })).toEqual({
    a: "route",
    b: "query",
    c: "body",
    Query: { a: "query", b: "query" },
    Headers: { accept: "*/*" },
  });
});

test("the properties of a message are available, along with its metadata", () => {
  const triggerMetadata = { instanceId: { string: "i" } };
  const data = bindingDataOf({ triggerData: { string: '{"a":1}' }, triggerMetadata });
  expect(data).toEqual({ a: 1, instanceId: "i" });
  expect(bindingDataOf({ triggerData: { string: "no JSON" } })).toEqual({});
  // Unlike JSON.parse, which would accept it.
  const deep = `{"a":${"[".repeat(600_000)}${"]".repeat(600_000)}}`;
  expect(bindingDataOf({ triggerData: { string: deep } })).toEqual({});
});
