import { expect, test } from "vitest";
import type { OrchestratorPayload } from "../../../local/src/engine/ports.ts";
import { createFunctionInvoker, type HostExtension } from "../../../local/src/host/index.ts";
import { fixtureApp, startTestHost } from "../../helpers/function-app.ts";

const extension: HostExtension = {
  name: "durabletask",
  triggerTypes: ["orchestrationTrigger", "activityTrigger", "entityTrigger"],
  webhook: async ({ method, url, headers, body }) => ({
    status: 202,
    headers: { "x-seen": `${method} ${url.pathname}${url.search} ${headers["x-test"]}` },
    body: `got ${body.toString()}`,
  }),
  inputBindings: {
    durableClient: (binding, context) => ({
      json: JSON.stringify({ type: binding.type, ...context, appSettings: undefined }),
    }),
  },
  directInvocationRefusals: {
    orchestrationTrigger: "Durable orchestrator functions do not support direct invocation.",
  },
};

async function start() {
  const host = await startTestHost({ appDir: fixtureApp("durable"), extensions: [extension] });
  return { host, invoker: createFunctionInvoker(host) };
}

test("durable functions are listed by kind", async () => {
  const { invoker, host } = await start();
  expect(invoker.durableFunctions()).toContainEqual({ name: "chain", kind: "orchestrator", isDisabled: false });
  expect(invoker.durableFunctions()).toContainEqual({ name: "counter", kind: "entity", isDisabled: false });
  expect(invoker.durableFunctions().filter((it) => it.kind === "activity")).toHaveLength(5);
  expect(host.functionListText).toContain("\tchain: orchestrationTrigger\n");
});

test.each([
  ['"a"', "a"],
  ['{"b":[1]}', '{"b":[1]}'],
  ["5", 5],
  ["1.5", 1.5],
  ["false", false],
  ['"{}"', "{}"],
  [null, undefined],
])("an activity with the input %j returns %j", async (input, expected) => {
  const { invoker } = await start();
  const reply = await invoker.invokeActivity({ name: "ECHO", instanceId: "i1", input });
  const value = typeof expected === "string" && input?.startsWith("{") ? JSON.parse(expected) : expected;
  expect(reply).toEqual({ kind: "returned", value });
});

test("a missing input is undefined for the handler, and bytes are returned as Base64", async () => {
  const { invoker } = await start();
  expect(await invoker.invokeActivity({ name: "describe", instanceId: "i", input: null })).toMatchObject({
    value: "nothing",
  });
  expect(await invoker.invokeActivity({ name: "bytes", instanceId: "i", input: null })).toMatchObject({
    value: "YWJj",
  });
});

test("the instance ID is in the trigger metadata and in the log line", async () => {
  const { invoker, host } = await start();
  await invoker.invokeActivity({ name: "echo", instanceId: "run-7", input: '"x"' });
  expect(host.entries.find((entry) => entry.source === "user")).toMatchObject({
    message: "echo in run-7",
    fields: { functionName: "echo", instanceId: "run-7" },
  });
});

test("an activity that throws returns message and stack, and an unknown activity is an error", async () => {
  const { invoker } = await start();
  const reply = await invoker.invokeActivity({ name: "fails", instanceId: "i", input: null });
  expect(reply).toMatchObject({
    kind: "threw",
    message: "out of range",
    stack: expect.stringContaining("RangeError: out of range\n    at"),
  });
  expect(await invoker.invokeActivity({ name: "none", instanceId: "i", input: null })).toMatchObject({ kind: "threw" });
});

test("an activity whose worker dies is unavailable, and can be called again", async () => {
  const { invoker } = await start();
  const reply = await invoker.invokeActivity({ name: "dies", instanceId: "i", input: null });
  expect(reply).toEqual({ kind: "unavailable", reason: "The worker process ended by SIGKILL." });
  // An engine that checks now must not assume that the functions were removed.
  expect(invoker.durableFunctions().map((it) => it.name)).toContain("echo");
  expect(await invoker.invokeActivity({ name: "echo", instanceId: "i", input: "1" })).toMatchObject({ value: 1 });
});

test("an orchestrator's episode runs on the SDK", async () => {
  const { invoker } = await start();
  const time = "2024-01-01T00:00:00.0000000Z";
  const base = { EventId: -1, IsPlayed: false, Timestamp: time };
  const payload: OrchestratorPayload = {
    history: [
      { ...base, EventType: 12 },
      {
        ...base,
        EventType: 0,
        Name: "chain",
        Input: null,
        OrchestrationInstance: { InstanceId: "i", ExecutionId: "e" },
      },
    ],
    input: null,
    instanceId: "i",
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 3,
    upperSchemaVersionNew: 4,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30000,
  };
  const reply = await invoker.invokeOrchestrator({ name: "chain", instanceId: "i", payload });
  expect(reply).toMatchObject({
    kind: "returned",
    value: { isDone: false, actions: [[{ functionName: "echo", input: '"a"' }]] },
  });
});

test("the extension provides the value of the client binding", async () => {
  const { host } = await start();
  expect(await (await fetch(`${host.url}/api/start`)).json()).toEqual({
    type: "durableClient",
    span: null,
    functionName: "start",
    invocationId: expect.any(String),
    hostUrl: host.url,
    webhookUrl: `${host.url}/runtime/webhooks/durabletask`,
    webhookQuery: `code=${encodeURIComponent(host.systemKey("durabletask"))}`,
  });
});

test("without an extension, an input binding fails the call with its type", async () => {
  const host = await startTestHost({ appDir: fixtureApp("durable") });
  expect((await fetch(`${host.url}/api/start`)).status).toBe(500);
  expect(host.entries.some((entry) => entry.message.includes('of type "durableClient" is not available locally'))).toBe(
    true,
  );
});

test("a webhook receives every path below its name", async () => {
  const { host } = await start();
  const answer = await fetch(`${host.url}/runtime/webhooks/DurableTask/instances/A%20b?x=1`, {
    method: "POST",
    body: "body",
    headers: { "x-test": "t" },
  });
  expect([answer.status, await answer.text()]).toEqual([202, "got body"]);
  expect(answer.headers.get("x-seen")).toBe("POST /runtime/webhooks/DurableTask/instances/A%20b?x=1 t");
  expect((await fetch(`${host.url}/runtime/webhooks/other`)).status).toBe(404);
});

test("the direct invocation of an orchestrator is rejected, with a log line", async () => {
  const { host } = await start();
  const headers = { "content-type": "application/json" };
  expect((await fetch(`${host.url}/admin/functions/chain`, { method: "POST", headers, body: "{}" })).status).toBe(202);
  expect(
    host.entries.some((entry) => String(entry.fields["reason"]).startsWith("Durable orchestrator functions")),
  ).toBe(true);
});
