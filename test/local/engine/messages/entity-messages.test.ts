import { expect, test } from "vitest";
import {
  findTargetProblem,
  parseEntityInstanceId,
  toInstanceId,
} from "../../../../local/src/engine/messages/entity-id.ts";
import {
  type EntityRequest,
  failureIn,
  isOperationEvent,
  messageId,
  parseRelease,
  parseRequest,
  releaseText,
  requestText,
  responseText,
} from "../../../../local/src/engine/messages/entity-messages.ts";

const REQUEST: EntityRequest = {
  operation: "add",
  isSignal: false,
  input: "1",
  id: "fb154865-1925-5313-a849-736ef6449177",
  parent: "abc",
  parentExecution: "7c0e6a5b1f5e4d55a6a1a7d1c3b29e10",
  due: null,
  timestamp: "2026-06-24T14:02:12.0000001Z",
  predecessor: "0001-01-01T00:00:00",
  lockSet: null,
  position: 0,
};

// Byte for byte as the extension writes it: a `$type` from orchestrations and entities, and the ID after op, signal and input.
test("a call is written exactly as the extension writes it", () => {
  expect(requestText(REQUEST, { isTyped: true })).toBe(
    '{"$type":"Microsoft.Azure.WebJobs.Extensions.DurableTask.RequestMessage, Microsoft.Azure.WebJobs.Extensions.DurableTask","op":"add","input":"1","id":"fb154865-1925-5313-a849-736ef6449177","parent":"abc","parentExecution":"7c0e6a5b1f5e4d55a6a1a7d1c3b29e10","Timestamp":"2026-06-24T14:02:12.0000001Z","Predecessor":"0001-01-01T00:00:00"}',
  );
});

test("a client's signal and a lock are written exactly as the extension writes them", () => {
  const client = { ...REQUEST, isSignal: true, parent: null, parentExecution: null, timestamp: REQUEST.predecessor };
  expect(requestText(client, { isTyped: false })).toBe(
    '{"op":"add","signal":true,"input":"1","id":"fb154865-1925-5313-a849-736ef6449177","Timestamp":"0001-01-01T00:00:00","Predecessor":"0001-01-01T00:00:00"}',
  );
  const lock = { ...REQUEST, operation: null, input: null, lockSet: [{ name: "a", key: "1" }], position: 1 };
  expect(requestText(lock, { isTyped: false })).toBe(
    '{"op":null,"id":"fb154865-1925-5313-a849-736ef6449177","parent":"abc","parentExecution":"7c0e6a5b1f5e4d55a6a1a7d1c3b29e10","Timestamp":"2026-06-24T14:02:12.0000001Z","Predecessor":"0001-01-01T00:00:00","lockset":[{"name":"a","key":"1"}],"pos":1}',
  );
});

test("a response and a release are written exactly as the extension writes them", () => {
  const type = (name: string) =>
    `"$type":"Microsoft.Azure.WebJobs.Extensions.DurableTask.${name}, Microsoft.Azure.WebJobs.Extensions.DurableTask"`;
  expect(responseText({ result: "1", isError: false })).toBe(`{${type("ResponseMessage")},"result":"1"}`);
  expect(responseText({ result: null, isError: true })).toBe(
    `{${type("ResponseMessage")},"result":null,"exceptionType":"Error"}`,
  );
  expect(releaseText({ parent: "abc", id: "id", after: null })).toBe(
    `{${type("ReleaseMessage")},"parent":"abc","id":"id"}`,
  );
});

test("a release round-trips, and its reference to an earlier request is dropped if the timestamp is invalid", () => {
  const after = { execution: "e1", id: "r1", timestamp: "2026-06-24T14:02:12.0000001Z" };
  const release = { parent: "abc", id: "id", after };
  for (const it of [release, { ...release, after: null }])
    expect(parseRelease(JSON.parse(releaseText(it)))).toEqual(it);
  expect(parseRelease({ ...release, after: { ...after, timestamp: "soon" } })).toEqual({ ...release, after: null });
  expect(parseRelease({ id: "id" })).toBeNull();
});

test("a request round-trips, and unknown properties are ignored", () => {
  const lock = { ...REQUEST, lockSet: [{ name: "a", key: "1" }], position: 2, due: "2026-06-24T14:02:12.0000001Z" };
  for (const it of [REQUEST, lock]) expect(parseRequest(JSON.parse(requestText(it, { isTyped: true })))).toEqual(it);
  expect(parseRequest({ ...JSON.parse(requestText(REQUEST, { isTyped: false })), IsLockRequest: false })).toEqual(
    REQUEST,
  );
  expect([parseRequest(null), parseRequest({}), parseRequest("x")]).toEqual([null, null, null]);
});

test("a failure is recognized by its exceptionType, and an ID is read from its property", () => {
  expect(failureIn('{"result":"5"}')).toBeNull();
  expect(failureIn('{"result":"\\"boom\\"","exceptionType":"Error"}')).toBe('"boom"');
  expect(failureIn('{"exceptionType":"X"}')).toBe("null");
  expect(failureIn(null)).toBeNull();
  expect([messageId('{"id":"x"}'), messageId("{}"), messageId("{"), messageId(null)]).toEqual(["x", null, null, null]);
});

test.each([
  ["@counter@a", { name: "counter", key: "a" }],
  ["@counter@a@b", { name: "counter", key: "a@b" }],
  ["@counter@", { name: "counter", key: "" }],
  ["@@a", null],
  ["@c@d@e", { name: "c", key: "d@e" }],
  ["ab@c", null],
  ["@counter", null],
  ["counter", null],
])("%s is parsed as the entity %j", (instanceId, entity) => {
  expect(parseEntityInstanceId(instanceId)).toEqual(entity);
  if (entity !== null) expect(toInstanceId({ ...entity, name: entity.name.toUpperCase() })).toBe(instanceId);
});

test("nothing can be sent to an ID that the storage rejects, of which the reason shows the beginning", () => {
  expect(findTargetProblem("a".repeat(512))).toBeNull();
  const problem = findTargetProblem(`@counter@${"a".repeat(600)}`);
  expect(problem).toContain(`"@counter@${"a".repeat(41)}"`);
});

test("an operation's event begins with op", () => {
  expect(["op", "op@2026-06-24T14:00:00Z", "stop", "release"].map(isOperationEvent)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  "soon",
  "x2026-06-24T14:02:12Z",
  "2026-06-24T14:02:12Zx",
  "2026-13-24T14:02:12Z",
  "2026-06-24T14:02:12.12345678Z",
])("a request with the time %s is none", (time) => {
  const text = JSON.parse(requestText(REQUEST, { isTyped: false }));
  for (const name of ["due", "Timestamp", "Predecessor"]) expect(parseRequest({ ...text, [name]: time })).toBeNull();
});

test("an invalid entity is not part of a set of locks", () => {
  const lockset = [
    { name: "a", key: "1" },
    null,
    "a",
    { name: "a" },
    { key: "1" },
    { name: 1, key: "1" },
    { name: "a", key: 1 },
  ];
  expect(parseRequest({ op: null, id: "1", lockset })?.lockSet).toEqual([{ name: "a", key: "1" }]);
});

test("a trace context without a parent is none, and one without vendor data has no state", () => {
  const traceOf = (parentTraceContext: unknown) => parseRequest({ op: "add", id: "1", parentTraceContext })?.trace;
  for (const it of [undefined, null, "00", {}, { TraceParent: 1 }]) expect(traceOf(it)).toBeUndefined();
  expect(traceOf({ TraceParent: "00", TraceState: 1 })).toMatchObject({ TraceParent: "00", TraceState: null });
  expect(traceOf({ TraceParent: "00", TraceState: "a=b" })).toMatchObject({ TraceState: "a=b" });
});

test("a release whose ID is not a string has none, and refers to a request only if that is complete", () => {
  const after = { execution: "e1", id: "r1", timestamp: "2026-06-24T14:02:12Z" };
  expect(parseRelease({ parent: "abc", id: 1, after })).toEqual({ parent: "abc", id: null, after });
  for (const name of Object.keys(after)) {
    expect(parseRelease({ parent: "abc", id: "1", after: { ...after, [name]: 1 } })?.after, name).toBeNull();
  }
});
