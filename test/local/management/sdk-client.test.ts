// The SDK's own client, over HTTP, with the local endpoint and with the value of its binding.

import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import type { AddressInfo } from "node:net";
import type { InvocationContext } from "@azure/functions";
import { silentLogger } from "@same-kit/shared";
import * as df from "durable-functions";
import { expect, onTestFinished, test } from "vitest";
import {
  createManagementHandler,
  durableClientBindingValue,
  type RpcListener,
  startRpcListener,
} from "../../../local/src/management/index.ts";
import type { WebhookHandler } from "../../../local/src/shared/http-message.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";
import { canBeOtherUser, fetchAsOtherUser } from "../../helpers/other-user.ts";

function createHandler(client: FakeTaskHubClient): WebhookHandler {
  return createManagementHandler({
    client,
    settings: { connectionName: "Storage", useForwardedHost: false },
    durableFunctions: () => [{ name: "Hello", kind: "orchestrator", isDisabled: false }],
    webhookQuery: () => "code=KEY",
    clock: new FakeClock(),
    log: silentLogger,
    signal: new AbortController().signal,
  });
}

async function startListener(client: FakeTaskHubClient, preferredPort = 0): Promise<RpcListener> {
  const listener = await startRpcListener(createHandler(client), { log: silentLogger, preferredPort });
  onTestFinished(() => listener.stop());
  return listener;
}

/** The status of the response to a request. */
async function call(url: string, options: RequestOptions = {}): Promise<number | undefined> {
  const request = httpRequest(url, options);
  request.flushHeaders();
  if (options.method !== "POST") request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  request.on("error", () => {});
  response.resume();
  return response.statusCode;
}

/** The same API at the Functions host's path, for an SDK that is given URLs. */
async function startHost(hub: FakeTaskHubClient): Promise<string> {
  const handler = createHandler(hub);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const {
      status,
      headers = {},
      body: answer = "",
    } = await handler({
      method: request.method ?? "GET",
      url,
      headers: {},
      body,
    });
    response.writeHead(status, headers).end(answer);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client as `getClient` passes it to an app. */
async function sdkClient(hub: FakeTaskHubClient, { withRpc = true } = {}): Promise<df.DurableClient> {
  const hostUrl = await startHost(hub);
  const rpcBaseUrl = withRpc ? (await startListener(hub)).baseUrl : null;
  const value = durableClientBindingValue({
    hostUrl,
    webhookQuery: "code=KEY",
    hubName: "TestHub",
    connectionName: "Storage",
    rpcBaseUrl,
  });
  const binding = df.input.durableClient();
  const context = {
    options: { extraInputs: [binding] },
    extraInputs: { get: () => JSON.parse(JSON.stringify(value)) },
  };
  process.env["WEBSITE_HOSTNAME"] = new URL(hostUrl).host;
  onTestFinished(() => {
    delete process.env["WEBSITE_HOSTNAME"];
  });
  return df.getClient(context as unknown as InvocationContext);
}

test.each([true, false])("the SDK's client starts and reads an instance (local endpoint: %s)", async (withRpc) => {
  const hub = new FakeTaskHubClient();
  const client = await sdkClient(hub, { withRpc });
  expect(await client.startNew("Hello", { instanceId: "abc", input: { a: 1 } })).toBe("abc");
  expect(await client.getStatus("abc")).toMatchObject({ name: "Hello", runtimeStatus: "Pending", input: { a: 1 } });
  await expect(client.startNew("Hello", { instanceId: "abc" })).rejects.toThrow("status code: 409");
  await expect(client.getStatus("nobody")).rejects.toThrow("HTTP 404");
});

test("the SDK's client reads a list of several pages", async () => {
  const hub = new FakeTaskHubClient(instanceStatus());
  hub.nextToken = Buffer.from('{"nextPartitionKey":"more"}').toString("base64");
  const client = await sdkClient(hub);
  expect(await client.getStatusAll()).toHaveLength(2);
  expect(await client.getStatusBy({ runtimeStatus: [df.OrchestrationRuntimeStatus.Running] })).toHaveLength(1);
});

test("the SDK's client sends events and commands to an instance", async () => {
  const hub = new FakeTaskHubClient(instanceStatus());
  const client = await sdkClient(hub);
  await client.raiseEvent("abc", "Go", { a: 1 });
  await client.suspend("abc", "a pause");
  await client.terminate("abc", "enough");
  expect(hub.calls.filter(([name]) => name !== "getStatus")).toEqual([
    ["raiseEvent", "abc", "Go", '{"a":1}'],
    ["suspend", "abc", "a pause"],
    ["terminate", "abc", "enough"],
  ]);
  await expect(client.resume("abc", "go on")).rejects.toThrow("status code: 500");
  await expect(client.terminate("nobody", "x")).rejects.toThrow("No instance with ID 'nobody' found.");
});

test("the SDK's client can purge an instance", async () => {
  const hub = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed" }));
  const client = await sdkClient(hub);
  expect(await client.purgeInstanceHistory("abc")).toEqual({ instancesDeleted: 1 });
  expect(await client.purgeInstanceHistory("abc")).toEqual({ instancesDeleted: 0 });
});

test("the SDK's client can wait for the end", async () => {
  const hub = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed", output: '{"y":1}' }));
  const client = await sdkClient(hub);
  const request = { url: "http://localhost:7071/api/start" } as never;
  const response = await client.waitForCompletionOrCreateCheckStatusResponse(request, "abc");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ y: 1 });
});

test("the SDK's client returns URLs with the app's own origin", async () => {
  const client = await sdkClient(new FakeTaskHubClient());
  const response = client.createCheckStatusResponse({ url: "http://example.org:81/api/start" } as never, "abc");
  expect(response.headers.get("location")).toBe(
    "http://example.org:81/runtime/webhooks/durabletask/instances/abc?taskHub=TestHub&connection=Storage&code=KEY",
  );
});

test("the binding's URLs have no trailing question mark without a key", () => {
  const value = durableClientBindingValue({
    hostUrl: "http://localhost:7071",
    webhookQuery: "",
    hubName: "Hub",
    connectionName: "Storage",
    rpcBaseUrl: null,
  });
  expect(value.creationUrls["createNewInstancePostUri"]).toBe(
    "http://localhost:7071/runtime/webhooks/durabletask/orchestrators/{functionName}[/{instanceId}]",
  );
  expect(value.managementUrls["suspendPostUri"]).toBe(
    "http://localhost:7071/runtime/webhooks/durabletask/instances/INSTANCEID/suspend?reason={text}&taskHub=Hub&connection=Storage",
  );
});

test.each([
  ["a page's origin", { origin: "http://localhost:3000" }],
  ["a page that hides its origin", { "sec-fetch-site": "cross-site" }],
  ["a foreign host name", { host: "evil.example:17071" }],
])("the local endpoint rejects %s", async (_, headers) => {
  const { baseUrl } = await startListener(new FakeTaskHubClient());
  expect(await call(`${baseUrl}instances`, { headers })).toBe(403);
});

test("the local endpoint only serves clients that know its base URL, which is unique to each listener", async () => {
  const { baseUrl } = await startListener(new FakeTaskHubClient());
  const other = await startListener(new FakeTaskHubClient());
  expect(await call(`${baseUrl}instances`)).toBe(200);
  const origin = new URL(baseUrl).origin;
  const guesses = ["/durabletask/instances", new URL(`${other.baseUrl}instances`).pathname, "//evil.example/", "/"];
  for (const path of guesses) expect(await call(origin, { path })).toBe(403);
});

test("the local endpoint rejects a body whose declared length is over the limit", async () => {
  const { baseUrl } = await startListener(new FakeTaskHubClient());
  const headers = { "content-length": String(600 * 1024 * 1024) };
  expect(await call(`${baseUrl}orchestrators/Hello`, { method: "POST", headers })).toBe(413);
});

// Needs root, because only root can become another user.
test.runIf(canBeOtherUser)("the local endpoint rejects another user who knows its base URL", async () => {
  const { baseUrl } = await startListener(new FakeTaskHubClient());
  expect(await fetchAsOtherUser(`${baseUrl}instances`)).toMatchObject({ status: 403 });
});

test("the local endpoint chooses another port if its own is taken", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const listener = await startListener(new FakeTaskHubClient(), port);
  expect(listener.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:30\d{3}\/durabletask\/[\w-]{32}\/$/);
  await listener.stop();
  await listener.stop();
});
