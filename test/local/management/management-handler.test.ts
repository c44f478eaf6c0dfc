import { silentLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { InstanceStatus } from "../../../local/src/engine/client.ts";
import { createManagementHandler, type ManagementDeps } from "../../../local/src/management/index.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";

const ORIGIN = "http://localhost:7071";
const BASE = `${ORIGIN}/runtime/webhooks/durabletask`;

type Sent = { body?: string; headers?: Record<string, string> };

function api(client: FakeTaskHubClient, deps: Partial<ManagementDeps> = {}) {
  const handler = createManagementHandler({
    client,
    settings: { connectionName: "Storage", useForwardedHost: false },
    durableFunctions: () => [
      { name: "Hello", kind: "orchestrator", isDisabled: false },
      { name: "Off", kind: "orchestrator", isDisabled: true },
      { name: "Count", kind: "entity", isDisabled: false },
    ],
    webhookQuery: () => "code=KEY",
    clock: new FakeClock(),
    log: silentLogger,
    signal: new AbortController().signal,
    ...deps,
  });
  return async (method: string, path: string, { body = "", headers = {} }: Sent = {}) => {
    const url = new URL(path.startsWith("/durabletask") ? ORIGIN + path : BASE + path);
    const {
      status,
      headers: answered = {},
      body: text,
    } = await handler({
      method,
      url,
      headers,
      body: Buffer.from(body),
    });
    return { status, headers: answered, ...(text === undefined ? {} : { body: JSON.parse(text.toString()) }) };
  };
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const asJson = { headers: { "content-type": "application/json" } };

// Start

const TOO_LONG = "x".repeat(513);

test.each([
  ["is too long", TOO_LONG, "at most 512 characters"],
  ["is too long as a storage key", "%23".repeat(257), "this one has 514"],
  ["contains a control character", "a%1Bb", "control characters"],
  ["contains a C1 control character", "a%C2%9Bb", "control characters"],
])("a start is rejected with the reason if its instance ID %s", async (_what, id, reason) => {
  const client = new FakeTaskHubClient();
  const answer = await api(client)("POST", `/orchestrators/Hello/${id}`);
  expect(answer).toMatchObject({ status: 400, body: { Message: expect.stringContaining(reason) } });
  expect(client.calls).toEqual([]);
});

test("an instance with an impossible ID does not exist", async () => {
  const client = new FakeTaskHubClient();
  expect(await api(client)("GET", `/instances/${TOO_LONG}`)).toMatchObject({ status: 404 });
  expect(await api(client)("POST", `/instances/${TOO_LONG}/raiseEvent/Go`)).toMatchObject({ status: 404 });
  expect(await api(client)("DELETE", `/instances/${TOO_LONG}`)).toMatchObject({ status: 404 });
  expect(client.calls).toEqual([]);
});

test("the longest instance ID starts", async () => {
  const answer = await api(new FakeTaskHubClient())("POST", `/orchestrators/Hello/${"x".repeat(512)}`);
  expect(answer).toMatchObject({ status: 202 });
});

test("a start answers with the URLs of the new instance", async () => {
  const client = new FakeTaskHubClient();
  const query = "taskHub=TestHub&connection=Storage&code=KEY";
  const instance = `${BASE}/instances/my%20id`;
  const answer = await api(client)("POST", "/orchestrators/Hello/my%20id", { body: ' {"a": 1}' });
  expect(answer).toEqual({
    status: 202,
    headers: { ...JSON_TYPE, location: `${instance}?${query}`, "retry-after": "10" },
    body: {
      id: "my id",
      statusQueryGetUri: `${instance}?${query}`,
      sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
      terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
      purgeHistoryDeleteUri: `${instance}?${query}`,
      restartPostUri: `${instance}/restart?${query}`,
      suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
      resumePostUri: `${instance}/resume?reason={text}&${query}`,
    },
  });
  // The input is kept byte for byte.
  expect(client.calls).toEqual([["start", { name: "Hello", instanceId: "my id", input: ' {"a": 1}' }]]);
});

test.each([
  ["", { input: null }],
  ["?version=2.0", { input: null, version: "2.0" }],
  ["?VERSION=", { input: null, version: "" }],
])("a start with the query %j passes %j", async (query, fields) => {
  const client = new FakeTaskHubClient();
  await api(client)("POST", `/orchestrators/Hello${query}`);
  expect(client.calls).toEqual([["start", { name: "Hello", ...fields }]]);
});

test("the caller's trace continues in the instance", async () => {
  const client = new FakeTaskHubClient();
  const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" };
  await api(client)("POST", "/orchestrators/Hello", { headers });
  expect(client.calls[0]?.[1]).toMatchObject({
    traceContext: { TraceParent: headers.traceparent, TraceState: "a=b" },
  });
});

test("an ID in use is rejected", async () => {
  const answer = await api(new FakeTaskHubClient(instanceStatus()))("POST", "/orchestrators/Hello/abc");
  expect(answer).toMatchObject({
    status: 409,
    body: { Message: "An Orchestration instance with the status Running already exists." },
  });
});

test("a disabled or unknown orchestrator is rejected before anything is written", async () => {
  const client = new FakeTaskHubClient();
  expect(await api(client)("POST", "/orchestrators/off")).toMatchObject({
    status: 400,
    body: { Message: expect.stringMatching(/^The function 'off' doesn't exist, is disabled, or is not an orch/) },
  });
  expect(await api(client)("POST", "/orchestrators/Typo")).toMatchObject({ status: 400 });
  expect(client.calls).toEqual([]);
});

test("an app is made primary if it uses the app lease", async () => {
  const client = new FakeTaskHubClient();
  expect(await api(client)("POST", "/makeprimary")).toMatchObject({ status: 200 });
  client.hasAppLease = false;
  expect(await api(client)("POST", "/makeprimary")).toMatchObject({
    status: 400,
    body: { Message: expect.stringContaining("useAppLease") },
  });
  expect(client.calls).toEqual([["makePrimary"], ["makePrimary"]]);
});

test.each(["/orchestrators/Hello", "/instances/abc/raiseEvent/Go", "/entities/count/a?op=add"])(
  "POST %s rejects a large, endlessly nested body before parsing it",
  async (path) => {
    const client = new FakeTaskHubClient(instanceStatus());
    const answer = await api(client)("POST", path, { body: "[".repeat(2_000_000), ...asJson });
    const ExceptionMessage = "the JSON is nested more than 1000 levels deep";
    expect(answer).toMatchObject({ status: 400, body: { Message: "Invalid JSON content", ExceptionMessage } });
    expect(client.calls.filter(([name]) => name !== "getStatus")).toEqual([]);
  },
);

test("an input that is not JSON is rejected", async () => {
  const answer = await api(new FakeTaskHubClient())("POST", "/orchestrators/Hello", { body: "{" });
  expect(answer).toMatchObject({ status: 400, body: { Message: "Invalid JSON content", StackTrace: null } });
});

test("behind a proxy the URLs use the outer host name if host.json says so", async () => {
  const headers = { "x-forwarded-host": "example.org", "x-forwarded-proto": "https" };
  const settings = { connectionName: "Storage", useForwardedHost: true };
  const trusting = api(new FakeTaskHubClient(), { settings });
  expect((await trusting("POST", "/orchestrators/Hello", { headers })).headers).toMatchObject({
    location: expect.stringMatching(/^https:\/\/example\.org\/runtime\//),
  });
  expect((await api(new FakeTaskHubClient())("POST", "/orchestrators/Hello", { headers })).headers).toMatchObject({
    location: expect.stringMatching(/^http:\/\/localhost:7071\//),
  });
});

/** The instance ends when its status is read for the second time. */
function endingClient(fields: Partial<InstanceStatus>): FakeTaskHubClient {
  const client = new FakeTaskHubClient();
  let reads = 0;
  client.onGetStatus = () => {
    reads++;
    if (reads === 2) client.instances.set("new-id", instanceStatus({ instanceId: "new-id", ...fields }));
  };
  return client;
}

test("a start that waits returns the output", async () => {
  const client = endingClient({ runtimeStatus: "Completed", output: '{"y":1}' });
  const answer = await api(client)("POST", "/orchestrators/Hello?timeout=10&pollingInterval=0.5");
  expect(answer).toEqual({ status: 200, headers: JSON_TYPE, body: { y: 1 } });
});

test("a start that waits returns the whole status of a failure", async () => {
  const client = endingClient({ runtimeStatus: "Failed", output: "boom" });
  const answer = await api(client)("POST", "/orchestrators/Hello?timeout=10&pollingInterval=1");
  expect(answer).toMatchObject({ status: 200, body: { runtimeStatus: "Failed", output: "boom" } });
});

test("a start whose wait times out returns the status URLs", async () => {
  const client = new FakeTaskHubClient();
  const answer = await api(client)("POST", "/orchestrators/Hello?timeout=3&pollingInterval=1");
  expect(answer).toMatchObject({ status: 202, body: { id: "new-id" } });
  expect(client.calls.filter(([name]) => name === "getStatus")).toHaveLength(4);
});

test("a start that waits without a polling interval gets a minimum interval", async () => {
  const client = new FakeTaskHubClient();
  const answer = await api(client)("POST", "/orchestrators/Hello?timeout=3&pollingInterval=0");
  expect(answer).toMatchObject({ status: 202 });
  expect(client.calls.filter(([name]) => name === "getStatus")).toHaveLength(31);
});

test("a start that waits returns the status URLs when the host stops", async () => {
  const ending = new AbortController();
  const client = new FakeTaskHubClient();
  const clock = Object.assign(new FakeClock(), { sleep: async () => ending.abort() });
  const call = api(client, { clock, signal: ending.signal });
  expect(await call("POST", "/orchestrators/Hello?timeout=3600&pollingInterval=1")).toMatchObject({ status: 202 });
});

test("a polling interval longer than the timeout is rejected, after the start", async () => {
  const client = new FakeTaskHubClient();
  const answer = await api(client)("POST", "/orchestrators/Hello?timeout=1&pollingInterval=2");
  expect(answer).toMatchObject({
    status: 400,
    body: { Message: "Total timeout 1 should be bigger than retry timeout 2" },
  });
  expect(client.instances.size).toBe(1);
});

// Status

test("a running instance is returned with the URL and the delay of the next request", async () => {
  const answer = await api(new FakeTaskHubClient(instanceStatus()))("GET", "/instances/abc?code=KEY");
  expect(answer).toEqual({
    status: 202,
    headers: { ...JSON_TYPE, location: `${BASE}/instances/abc?code=KEY`, "retry-after": "5" },
    body: {
      name: "Hello",
      instanceId: "abc",
      runtimeStatus: "Running",
      input: { greet: "Hi" },
      customStatus: null,
      output: null,
      createdTime: "2024-10-23T16:00:00Z",
      lastUpdatedTime: "2024-10-23T16:00:01Z",
    },
  });
  expect(Object.keys(answer.body)).toEqual([
    ...["name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime"],
  ]);
});

test.each([
  ["Pending", "", 202],
  ["ContinuedAsNew", "", 202],
  ["Suspended", "", 202],
  ["Completed", "", 200],
  ["Terminated", "", 200],
  ["Canceled", "", 200],
  ["Failed", "", 200],
  ["Failed", "?returnInternalServerErrorOnFailure=TRUE", 500],
  ["Completed", "?returnInternalServerErrorOnFailure=true", 200],
] as const)("%s with %j is answered with %i", async (runtimeStatus, query, status) => {
  const answer = await api(new FakeTaskHubClient(instanceStatus({ runtimeStatus })))("GET", `/instances/abc${query}`);
  expect(answer).toMatchObject({ status, body: { runtimeStatus } });
});

test.each([
  ['"text"', "text"],
  ["because I say so", "because I say so"],
  ["123", 123],
  [" ", ""],
  [null, null],
])("the stored output %j is returned as %j", async (output, shown) => {
  const client = new FakeTaskHubClient(instanceStatus({ output, runtimeStatus: "Terminated" }));
  expect((await api(client)("GET", "/instances/abc")).body.output).toEqual(shown);
});

test("the input is left out on request, and the version is included if there is one", async () => {
  const client = new FakeTaskHubClient(instanceStatus({ version: "1.0" }));
  expect((await api(client)("GET", "/instances/abc?showInput=false")).body).toMatchObject({
    input: null,
    version: "1.0",
  });
  expect(client.calls).toEqual([["getStatus", "abc", { withInput: false }]]);
});

test.each([
  ["GET", "/instances/nobody"],
  ["DELETE", "/instances/nobody"],
  ["POST", "/instances/nobody/terminate"],
  ["POST", "/instances/nobody/suspend"],
  ["POST", "/instances/nobody/resume"],
  ["POST", "/instances/nobody/raiseEvent/Go"],
  ["PUT", "/instances/abc"],
  ["POST", "/instances/abc/explode"],
  ["GET", "/elsewhere"],
  ["GET", ""],
  ["POST", "/orchestrators"],
])("%s %s answers 404 without a body", async (method, path) => {
  const answer = await api(new FakeTaskHubClient(instanceStatus()))(method, path, asJson);
  expect(answer).toEqual({ status: 404, headers: {} });
});

test.each(["/instances/abc%2Fterminate", "/instances/a%2fb"])(
  "an ID with an encoded slash (%s) gets an explanation why it is not found",
  async (path) => {
    const answer = await api(new FakeTaskHubClient(instanceStatus()))("GET", path, asJson);
    expect(answer).toMatchObject({
      status: 404,
      body: { Message: expect.stringContaining("an encoded slash (%2F) separates") },
    });
  },
);

// Lists

const TOKEN = Buffer.from('{"nextPartitionKey":"1!4!YWJj","nextRowKey":""}').toString("base64");

test.each(["/instances", "/entities", "/entities/counter"])(
  "%s rejects a token that was not issued by this API",
  async (path) => {
    const client = new FakeTaskHubClient();
    const answer = await api(client)("GET", path, { headers: { "x-ms-continuation-token": "../../x" } });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        Message: "The header x-ms-continuation-token takes only a value that this header had in the previous answer.",
      },
    });
    expect(client.calls).toEqual([]);
  },
);

test("a list is returned as one page, with the token of the next", async () => {
  const client = new FakeTaskHubClient(instanceStatus(), instanceStatus({ instanceId: "def" }));
  client.nextToken = "next";
  const path =
    "/instances/?instanceIdPrefix=a&createdTimeFrom=2024-01-01T00:00:00Z&createdTimeTo=2024-12-31T00:00:00Z" +
    "&runtimeStatus=Running,Completed&runtimeStatus=Failed,completed,Odd&top=2&showInput=false";
  const answer = await api(client)("GET", path, { headers: { "x-ms-continuation-token": TOKEN } });
  expect(answer).toMatchObject({
    status: 200,
    headers: { "x-ms-continuation-token": "next" },
    body: [
      { instanceId: "abc", input: null },
      { instanceId: "def", input: null },
    ],
  });
  expect(client.calls).toEqual([
    [
      "list",
      {
        instanceIdPrefix: "a",
        createdTimeFrom: "2024-01-01T00:00:00.000Z",
        createdTimeTo: "2024-12-31T00:00:00.000Z",
        runtimeStatus: ["Running", "Completed", "Failed"],
      },
      { top: 2, withInput: false, continuationToken: TOKEN },
    ],
  ]);
});

test("a list without a query returns the first hundred, and the token of the last page is empty", async () => {
  const client = new FakeTaskHubClient();
  const answer = await api(client)("GET", "/instances?createdTimeFrom=never&top=none");
  expect(answer).toMatchObject({ status: 200, headers: { "x-ms-continuation-token": "" }, body: [] });
  expect(client.calls).toEqual([["list", { runtimeStatus: [] }, { top: 100, withInput: true }]]);
});

test("the smallest .NET time does not count as a filter", async () => {
  const client = new FakeTaskHubClient();
  await api(client)("GET", "/instances?createdTimeFrom=1-01-01T00:00:00.000000Z");
  expect(client.calls[0]?.[1]).toEqual({ runtimeStatus: [] });
});

// Purge

test("an ended instance is purged", async () => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed" }));
  expect(await api(client)("DELETE", "/instances/abc")).toMatchObject({ status: 200, body: { instancesDeleted: 1 } });
  expect(client.instances.size).toBe(0);
});

test("a running instance is not purged", async () => {
  const client = new FakeTaskHubClient(instanceStatus());
  expect(await api(client)("DELETE", "/instances/abc")).toMatchObject({
    status: 412,
    body: "Only orchestrations in a terminal state can be purged, but the orchestration with instance ID abc has status Running",
  });
  expect(client.instances.size).toBe(1);
});

test("purging an entity that does not exist is not an error", async () => {
  const answer = await api(new FakeTaskHubClient())("DELETE", "/instances/@counter@a");
  expect(answer).toMatchObject({ status: 200, body: { instancesDeleted: 0 } });
});

test("purging by time only affects ended instances", async () => {
  const client = new FakeTaskHubClient(instanceStatus());
  const path = "/instances?createdTimeFrom=2024-01-01T00:00:00Z&runtimeStatus=Running,Failed";
  expect(await api(client)("DELETE", path)).toMatchObject({ status: 200, body: { instancesDeleted: 1 } });
  expect(client.calls).toEqual([
    [
      "purgeMany",
      {
        createdTimeFrom: "2024-01-01T00:00:00.000Z",
        createdTimeTo: "2026-06-24T14:00:00.000Z",
        runtimeStatus: ["Failed"],
      },
    ],
  ]);
});

test.each(["Running", "Pending,Suspended", "Compelted"])("purging by status %s purges nothing", async (names) => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed" }));
  const path = `/instances?createdTimeFrom=2024-01-01T00:00:00Z&runtimeStatus=${names}`;
  expect(await api(client)("DELETE", path)).toMatchObject({ status: 404 });
  expect(client.calls).toEqual([]);
});

test("purging many instances answers 404 if there are none, and 400 without a time", async () => {
  const call = api(new FakeTaskHubClient());
  expect(await call("DELETE", "/instances?createdTimeFrom=2024-01-01T00:00:00Z")).toEqual({ status: 404, headers: {} });
  expect(await call("DELETE", "/instances?createdTimeFrom=never")).toMatchObject({
    status: 400,
    body: "Please provide value for 'createdTimeFrom' parameter.",
  });
});

// Messages to an instance

test("an event is passed on as compact JSON", async () => {
  const client = new FakeTaskHubClient(instanceStatus());
  const headers = { "content-type": "application/json; charset=utf-8" };
  const answer = await api(client)("POST", "/instances/abc/RAISEEVENT/Go+on", { body: '{ "a": [1] }', headers });
  expect(answer).toEqual({ status: 202, headers: {} });
  expect(client.calls.at(-1)).toEqual(["raiseEvent", "abc", "Go on", '{"a":[1]}']);
});

test.each([
  [{ body: "1", headers: { "content-type": "text/plain" } }, "Only application/json request content is supported"],
  [{ body: "1" }, "Only application/json request content is supported"],
  [{ body: "{", ...asJson }, "Invalid JSON content"],
  [{ body: "", ...asJson }, "Invalid JSON content"],
])("an event with %j is rejected", async (sent, Message) => {
  const answer = await api(new FakeTaskHubClient(instanceStatus()))("POST", "/instances/abc/raiseEvent/Go", sent);
  expect(answer).toMatchObject({ status: 400, body: { Message } });
});

test.each([
  ["terminate", "Running", "?reason=too+slow", "too slow"],
  ["terminate", "Suspended", "", null],
  ["terminate", "Pending", "?reason=", ""],
  ["suspend", "Running", "?reason=a", "a"],
  ["suspend", "ContinuedAsNew", "", null],
  ["resume", "Suspended", "", null],
] as const)("%s of a %s instance is passed on", async (operation, runtimeStatus, query, reason) => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus }));
  const answer = await api(client)("POST", `/instances/abc/${operation}${query}`);
  expect(answer).toEqual({ status: 202, headers: {} });
  expect(client.calls.at(-1)).toEqual([operation, "abc", reason]);
});

test.each(["terminate", "suspend", "resume", "raiseEvent/Go"])("%s of an ended instance answers 410", async (path) => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Failed" }));
  expect(await api(client)("POST", `/instances/abc/${path}`, asJson)).toEqual({ status: 410, headers: {} });
});

test.each([
  ["suspend", "Suspended", "Cannot suspend the orchestration instance abc because instance is in the Suspended state."],
  ["resume", "Running", "Cannot resume the orchestration instance abc because instance is in the Running state."],
] as const)("%s of a %s instance is answered as on Azure", async (operation, runtimeStatus, ExceptionMessage) => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus }));
  expect(await api(client)("POST", `/instances/abc/${operation}`)).toEqual({
    status: 500,
    headers: JSON_TYPE,
    body: {
      Message: "Something went wrong while processing your request",
      ExceptionMessage,
      ExceptionType: "System.InvalidOperationException",
      StackTrace: null,
    },
  });
});

// The rest

test.each([
  [
    "abc",
    "Running",
    412,
    'This orchestration has status Running, but only orchestrations in the "Failed" state can be rewound.',
  ],
  ["nobody", "Failed", 404, 'No orchestration with instance ID "$nobody" found.'],
] as const)("rewinding %s, which is %s, answers %i with a message", async (id, runtimeStatus, status, text) => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus }));
  expect(await api(client)("POST", `/instances/${id}/rewind`)).toMatchObject({ status, body: text });
});

test("a failed instance is rewound with the reason", async () => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Failed" }));
  expect(await api(client)("POST", "/instances/abc/rewind?reason=why")).toEqual({ status: 202, headers: {} });
  expect(client.calls.at(-1)).toEqual(["rewind", "abc", "why"]);
});

test("a restart uses the same name, input and tags, under a new ID", async () => {
  const tags = { a: "b" };
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Running", tags }));
  const { status, body } = await api(client)("POST", "/instances/abc/restart");
  expect([status, body.id]).toEqual([202, "new-id"]);
  expect(client.calls.at(-1)).toEqual(["start", { name: "Hello", input: '{"greet":"Hi"}', tags }]);
});

test.each([
  [
    "abc",
    "Completed",
    "restartWithNewInstanceId=false",
    409,
    "A non-terminal instance with this instance ID already exists.",
  ],
  [
    "abc",
    "Running",
    "restartWithNewInstanceId=false",
    409,
    "A non-terminal instance with this instance ID already exists.",
  ],
  ["nobody", "Completed", "", 400, "InstanceId does not match a valid orchestration instance."],
] as const)("a restart of %s, which is %s, with %j answers %i", async (id, runtimeStatus, query, status, Message) => {
  const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus }));
  const answer = await api(client)("POST", `/instances/${id}/restart?${query}`);
  expect(answer).toMatchObject({ status, body: { Message, ExceptionType: expect.stringMatching(/^System\./) } });
});

test("restarting an orchestrator that is no longer registered fails, and the error lists the registered ones", async () => {
  const client = new FakeTaskHubClient(instanceStatus({ name: "Gone", runtimeStatus: "Completed" }));
  const answer = await api(client)("POST", "/instances/abc/restart");
  expect(answer).toMatchObject({ status: 400, body: { Message: expect.stringContaining("'Hello'") } });
});

// Entities

const entityRow = (key: string, state: string | null, fields: Partial<InstanceStatus> = {}) =>
  instanceStatus({
    instanceId: `@counter@${key}`,
    name: `@counter@${key}`,
    input: JSON.stringify(state === null ? { sorter: {} } : { exists: true, state, sorter: {} }),
    customStatus: state === null ? "{}" : '{"entityExists":true}',
    ...fields,
  });

test("the state of an entity is returned, and a missing entity has none", async () => {
  const client = new FakeTaskHubClient(entityRow("a", '{"n":5}'), entityRow("gone", null), entityRow("", "1"));
  const get = api(client);
  expect(await get("GET", "/entities/Counter/a")).toMatchObject({ status: 200, body: { n: 5 } });
  expect(await get("GET", "/entities/counter/$")).toMatchObject({ status: 200, body: 1 });
  expect(await get("GET", "/entities/counter/gone")).toEqual({ status: 404, headers: {} });
  expect(await get("GET", "/entities/counter/never")).toEqual({ status: 404, headers: {} });
  client.calls.length = 0;
  expect(await get("GET", `/entities/counter/${TOO_LONG}`)).toEqual({ status: 404, headers: {} });
  expect(client.calls).toEqual([]);
});

test("existing entities are listed, with their state on request", async () => {
  const client = new FakeTaskHubClient(entityRow("a", "5"), entityRow("gone", null), instanceStatus());
  const { status, body, headers } = await api(client)("GET", "/entities/Counter?fetchState=true&top=7");
  const entityId = { name: "counter", key: "a" };
  expect(status).toBe(200);
  expect(body).toEqual([{ entityId, lastOperationTime: "2024-10-23T16:00:00Z", state: 5 }]);
  expect(headers).toHaveProperty("x-ms-continuation-token", "");
  expect(client.calls[0]).toEqual(["list", { instanceIdPrefix: "@counter@" }, { top: 7, withInput: true }]);
  await api(client)("GET", "/entities?lastOperationTimeFrom=2024-01-01T00:00:00Z");
  expect(client.calls[1]).toMatchObject(["list", { instanceIdPrefix: "@", createdTimeFrom: expect.any(String) }, {}]);
});

test.each([
  ["/entities/Count/a?op=add", "5", "application/json", ["add", "5"]],
  ["/entities/count/a", "", undefined, ["", null]],
  ["/entities/count?op=add", "plain", "text/plain", ["add", '"plain"']],
])("POST %s %j signals the entity", async (path, body, contentType, expected) => {
  const client = new FakeTaskHubClient();
  const sent = contentType === undefined ? { body } : { body, headers: { "content-type": contentType } };
  expect(await api(client)("POST", path, sent)).toEqual({ status: 202, headers: {} });
  expect(client.calls).toEqual([["signalEntity", expect.objectContaining({ name: expect.any(String) }), ...expected]]);
});

test("deleting an entity signals it to delete itself", async () => {
  const client = new FakeTaskHubClient();
  expect(await api(client)("DELETE", "/entities/count/a")).toMatchObject({ status: 202 });
  expect(client.calls).toEqual([["signalEntity", { name: "count", key: "a" }, "delete", null]]);
});

test.each([
  ["/entities/nobody/a?op=add", "5", /^The function 'nobody' doesn't exist, is disabled, or is not an entity/],
  ["/entities/count/a%23b?op=add", "5", /^The key of an entity has no/],
  [`/entities/count/${TOO_LONG}?op=add`, "5", /at most 512 characters/],
  ["/entities/count/a?op=add", "{", /Invalid JSON/],
])("POST %s %j is rejected without sending a signal", async (path, body, Message) => {
  const client = new FakeTaskHubClient();
  const answer = await api(client)("POST", path, { body, ...asJson });
  expect(answer).toMatchObject({ status: 400 });
  expect(JSON.stringify(answer.body)).toMatch(new RegExp(Message.source.replace("^", "")));
  expect(client.calls).toEqual([]);
});

test.each([
  ["taskHub=TESTHUB&connection=AzureWebJobsStorage", 202],
  ["taskHub=&connection=", 202],
  ["taskHub=Other", 400],
  ["connection=Other", 400],
])("a request for %s is answered with %i", async (query, status) => {
  const answer = await api(new FakeTaskHubClient(instanceStatus()))("GET", `/instances/abc?${query}`);
  expect(answer.status).toBe(status);
});

test("a storage error becomes a 500 with the reason", async () => {
  const client = new FakeTaskHubClient();
  client.onGetStatus = () => {
    throw new Error("The table service is away.");
  };
  expect(await api(client)("GET", "/instances/abc")).toMatchObject({
    status: 500,
    body: { ExceptionMessage: "The table service is away." },
  });
});

test("the path used by the SDK is served the same", async () => {
  const answer = await api(new FakeTaskHubClient(instanceStatus()))("GET", "/durabletask/instances/abc");
  expect(answer).toMatchObject({ status: 202, body: { instanceId: "abc" } });
});
