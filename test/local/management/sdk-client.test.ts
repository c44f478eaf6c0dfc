// The SDK's own client, over HTTP against the local endpoint and the value of its binding.

import { createServer } from "node:http";
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
import { FakeClock } from "../../helpers/fake-clock.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";

async function startListener(client: FakeTaskHubClient, preferredPort = 0): Promise<RpcListener> {
  const handler = createManagementHandler({
    client,
    settings: { connectionName: "Storage", useForwardedHost: false },
    durableFunctions: () => [],
    webhookQuery: () => "code=KEY",
    clock: new FakeClock(),
    log: silentLogger,
    signal: new AbortController().signal,
  });
  const listener = await startRpcListener(handler, { log: silentLogger, preferredPort });
  onTestFinished(() => listener.stop());
  return listener;
}

/** A client in the form `getClient` hands it to an app. */
async function sdkClient(hub: FakeTaskHubClient, { withRpc = true } = {}): Promise<df.DurableClient> {
  const { baseUrl } = await startListener(hub);
  const value = durableClientBindingValue({
    // In URL mode the listener plays the host: it serves the same routes.
    hostUrl: new URL(baseUrl).origin,
    webhookQuery: "code=KEY",
    hubName: "TestHub",
    connectionName: "Storage",
    rpcBaseUrl: withRpc ? baseUrl : null,
  });
  const binding = df.input.durableClient();
  const context = {
    options: { extraInputs: [binding] },
    extraInputs: { get: () => JSON.parse(JSON.stringify(value)) },
  };
  process.env["WEBSITE_HOSTNAME"] = new URL(baseUrl).host;
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
  hub.nextToken = "more";
  const client = await sdkClient(hub);
  expect(await client.getStatusAll()).toHaveLength(2);
  expect(await client.getStatusBy({ runtimeStatus: [df.OrchestrationRuntimeStatus.Running] })).toHaveLength(1);
});

test("the SDK's client sends an instance what it must hear", async () => {
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

test("the SDK's client purges", async () => {
  const hub = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed" }));
  const client = await sdkClient(hub);
  expect(await client.purgeInstanceHistory("abc")).toEqual({ instancesDeleted: 1 });
  expect(await client.purgeInstanceHistory("abc")).toEqual({ instancesDeleted: 0 });
});

test("the SDK's client waits for the end", async () => {
  const hub = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed", output: '{"y":1}' }));
  const client = await sdkClient(hub);
  const request = { url: "http://localhost:7071/api/start" } as never;
  const response = await client.waitForCompletionOrCreateCheckStatusResponse(request, "abc");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ y: 1 });
});

test("the SDK's client answers with URLs of the app's own origin", async () => {
  const client = await sdkClient(new FakeTaskHubClient());
  const response = client.createCheckStatusResponse({ url: "http://example.org:81/api/start" } as never, "abc");
  expect(response.headers.get("location")).toBe(
    "http://example.org:81/runtime/webhooks/durabletask/instances/abc?taskHub=TestHub&connection=Storage&code=KEY",
  );
});

test("the binding's URLs carry no question mark without a key", () => {
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
  ["a foreign host name", { host: "evil.example:17071" }],
])("the local endpoint refuses %s", async (_, headers) => {
  const { baseUrl } = await startListener(new FakeTaskHubClient());
  const { request } = await import("node:http");
  const status = await new Promise((resolve, reject) => {
    const call = request(`${baseUrl}instances`, { headers }, (response) => resolve(response.resume().statusCode));
    call.on("error", reject).end();
  });
  expect(status).toBe(403);
});

test("a taken port makes the local endpoint choose another", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const listener = await startListener(new FakeTaskHubClient(), port);
  expect(listener.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:30\d{3}\/durabletask\/$/);
  await listener.stop();
  await listener.stop();
});
