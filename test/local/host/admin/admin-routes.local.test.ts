import { expect, test } from "vitest";
import { fixtureApp, startTestHost } from "../../../helpers/function-app.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const durable = (options = {}) => startTestHost({ appDir: fixtureApp("durable"), ...options });
const json = { "content-type": "application/json" };

test("status, ping, restart and sync respond in the format that tools read", async () => {
  const { url } = await durable();
  expect(await (await fetch(`${url}/admin/host/status`)).json()).toMatchObject({
    state: "Running",
    version: expect.any(String),
  });
  const ping = await fetch(`${url}/admin/host/ping`, { method: "POST" });
  expect([ping.status, ping.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const sync = await fetch(`${url}/admin/host/synctriggers`, { method: "POST" });
  expect(await sync.json()).toEqual({ status: "success" });
  expect((await fetch(`${url}/admin/vfs/host.json`)).status).toBe(404);
});

test("restart loads the app in a new worker", async () => {
  const host = await durable();
  const before = host.workerPid;
  expect((await fetch(`${host.url}/admin/host/restart`, { method: "POST" })).status).toBe(200);
  await waitFor(() => host.workerPid !== before);
  expect(host.state).toBe("Running");
});

test("functions are listed and found, case-insensitively", async () => {
  const { url } = await durable();
  const list = (await (await fetch(`${url}/admin/functions`)).json()) as { name: string }[];
  expect(list.map((it) => it.name)).toEqual([
    "bytes",
    "chain",
    "client",
    "counter",
    "describe",
    "dies",
    "echo",
    "fails",
    "start",
    "tick",
  ]);
  const start = await (await fetch(`${url}/admin/functions/START`)).json();
  expect(start).toMatchObject({
    name: "start",
    invoke_url_template: `${url}/api/start`,
    isDisabled: false,
    config: {
      scriptFile: "main.js",
      bindings: [{ type: "httpTrigger" }, { type: "durableClient" }, { name: "$return" }],
    },
  });
  expect(await (await fetch(`${url}/admin/functions/start/status`)).json()).toEqual({});
  expect((await fetch(`${url}/admin/functions/none`)).status).toBe(404);
});

test("a timer can be run on request", async () => {
  const { url, entries } = await durable();
  const answer = await fetch(`${url}/admin/functions/tick`, { method: "POST", headers: json, body: '{"input":""}' });
  expect(answer.status).toBe(202);
  const line = await waitFor(() => entries.find((entry) => entry.component === "Function.tick.User"));
  expect(line.message).toBe("past due: false");
});

test.each([
  ["null", json, 400],
  ["", json, 400],
  ['{"input":1}', json, 400],
  ["{}", { "content-type": "text/plain" }, 415],
])("the body %j with %j is rejected with %i", async (body, headers, status) => {
  const { url } = await durable();
  expect((await fetch(`${url}/admin/functions/tick`, { method: "POST", headers, body })).status).toBe(status);
});

test("keys are created, listed, changed and deleted", async () => {
  const { url } = await durable();
  const keys = `${url}/admin/functions/start/keys`;
  expect(await (await fetch(keys)).json()).toMatchObject({
    keys: [{ name: "default" }],
    links: [{ rel: "self", href: keys }],
  });
  const put = (body: string) => fetch(`${keys}/mine`, { method: "PUT", body });
  expect((await put('{"name":"mine","value":"v"}')).status).toBe(201);
  expect((await put("{}")).status).toBe(400);
  expect(await (await fetch(`${keys}/mine`)).json()).toMatchObject({ name: "mine", value: "v" });
  const deep = await put("[".repeat(2_000_000));
  expect([deep.status, await deep.text()]).toEqual([
    400,
    "The body is refused: the JSON is nested more than 1000 levels deep.",
  ]);
  expect((await fetch(`${keys}/mine`, { method: "POST" })).status).toBe(200);
  expect((await fetch(`${keys}/mine`, { method: "DELETE" })).status).toBe(204);
  expect((await fetch(`${keys}/mine`)).status).toBe(404);
  expect((await fetch(`${url}/admin/host/systemkeys/_master`, { method: "DELETE" })).status).toBe(400);
});

test("the master key opens every endpoint that needs a key", async () => {
  const host = await durable({ requireKeys: true });
  const open = await startTestHost({ appDir: fixtureApp("durable") });
  const { value } = (await (await fetch(`${open.url}/admin/host/systemkeys/_master`)).json()) as { value: string };
  const functions = (key: string) => fetch(`${host.url}/admin/functions`, { headers: { "x-functions-key": key } });
  expect((await functions(value)).status).toBe(401);
  expect((await functions("")).status).toBe(401);
});
