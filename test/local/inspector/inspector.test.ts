import { silentLogger } from "@same-kit/shared";
import { describe, expect, onTestFinished, test } from "vitest";
import { EventLog } from "../../../local/src/events/event-log.ts";
import {
  type Home,
  type InstanceDetail,
  type InstanceList,
  MAX_INLINE_BYTES,
  TOKEN_HEADER,
} from "../../../local/src/inspector/api.ts";
import { createInspector, type InspectedSource } from "../../../local/src/inspector/index.ts";
import { createManagementHandler } from "../../../local/src/management/index.ts";
import { VirtualClock } from "../../../local/src/testing/virtual-clock.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";

const BASE = "http://localhost:7071/runtime/webhooks/inspector/";

type Call = { body?: unknown; headers?: Record<string, string> };

function open(client: FakeTaskHubClient, more: Partial<InspectedSource> = {}) {
  const clock = new VirtualClock();
  const management = createManagementHandler({
    client,
    settings: { connectionName: "Storage", useForwardedHost: false },
    durableFunctions: () => [
      { name: "Hello", kind: "orchestrator", isDisabled: false },
      { name: "Counter", kind: "entity", isDisabled: false },
    ],
    webhookQuery: () => "",
    clock,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  const describe: InspectedSource["describe"] = async () => ({
    kind: "host",
    where: "http://localhost:7071",
    hubName: "TestHub",
    storage: "disk",
    version: "1.0.0",
    nodeVersion: null,
    state: "Running",
    functions: [],
    hosts: [],
  });
  const inspector = createInspector({ management, describe, ...more }, { clock, log: silentLogger });
  onTestFinished(() => inspector.close());

  async function ask(method: string, path: string, { body, headers = {} }: Call = {}) {
    const url = new URL(path, BASE);
    const bytes = Buffer.from(body === undefined ? "" : JSON.stringify(body));
    const answer = await inspector.answer(
      { method, url, headers, body: bytes },
      url.pathname.slice(new URL(BASE).pathname.length),
    );
    if ("stream" in answer) throw new Error("This is a stream.");
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      json: answer.body === undefined ? null : JSON.parse(answer.body.toString()),
    };
  }
  const get = async <Answer>(path: string) => (await ask("GET", path)).json as Answer;
  const post = async (path: string, body: unknown = {}) => {
    const { token } = await get<Home>("api/home");
    return ask("POST", path, { body, headers: { [TOKEN_HEADER]: token } });
  };
  return { ask, get, post, inspector, clock };
}

describe("access", () => {
  test.each(["suspend", "resume", "terminate", "restart", "rewind", "purge", "raise"])(
    "%s is rejected without the token",
    async (action) => {
      const client = new FakeTaskHubClient(instanceStatus());
      const { ask } = open(client);
      const answer = await ask("POST", `api/instance/${action}?id=abc`, { body: { event: "E" } });
      expect(answer).toMatchObject({ status: 403, json: { error: expect.stringContaining("older than the host") } });
      expect(client.calls).toEqual([]);
    },
  );

  test.each(["http://evil.example", "null", "http://localhost:9999"])(
    "a page of %s is rejected, even if the app allows it",
    async (origin) => {
      const { ask } = open(new FakeTaskHubClient());
      expect((await ask("GET", "api/home", { headers: { origin } })).status).toBe(403);
      expect((await ask("GET", "api/home", { headers: { origin: "http://localhost:7071" } })).status).toBe(200);
    },
  );

  test("every response forbids inline scripts, and a file of a run is sandboxed", async () => {
    const runs = {
      list: async () => [],
      find: async () => null,
      readFile: async (_id: string, path: string) => (path === "report.html" ? Buffer.from('"<script>"') : null),
      resume: async () => {},
    };
    const { ask } = open(new FakeTaskHubClient(), { runs });
    const policy = (await ask("GET", "api/home")).headers["content-security-policy"];
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe-inline");
    const file = await ask("GET", "api/run/file?id=a&path=report.html");
    expect(file.headers["content-security-policy"]).toMatch(
      /^sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline';/,
    );
    expect(file.headers["content-security-policy"]).not.toContain("allow-same-origin");
    expect((await ask("GET", "api/run/file?id=a&path=../status.json")).status).toBe(404);
  });

  test.each(["toString", "api/nothing", "assets/../../package.json", "constructor"])(
    "GET %s is not found",
    async (path) => {
      const { inspector } = open(new FakeTaskHubClient());
      const answer = await inspector.answer(
        { method: "GET", url: new URL(BASE), headers: {}, body: Buffer.alloc(0) },
        path,
      );
      expect(answer.status).toBe(404);
    },
  );
});

describe("instances", () => {
  test("are listed with the newest first, without entities", async () => {
    const { get } = open(
      new FakeTaskHubClient(
        instanceStatus({ instanceId: "old", createdTime: "2024-01-01T00:00:00Z" }),
        instanceStatus({
          instanceId: "new",
          createdTime: "2024-02-01T00:00:00Z",
          customStatus: '{"step":{"name":"s","index":0,"total":2}}',
        }),
        instanceStatus({ instanceId: "@counter@a" }),
      ),
    );
    const { instances, omitted } = await get<InstanceList>("api/instances");
    expect(instances.map(({ id }) => id)).toEqual(["new", "old"]);
    expect(instances[0]).toMatchObject({ name: "Hello", status: "Running", step: { name: "s", index: 0, total: 2 } });
    expect(omitted).toBe(0);
  });

  test("have large values left out of their details, and returned on request", async () => {
    const output = JSON.stringify("x".repeat(MAX_INLINE_BYTES));
    const client = new FakeTaskHubClient(instanceStatus({ runtimeStatus: "Completed", output }));
    const { get } = open(client);
    const detail = await get<InstanceDetail>("api/instance?id=abc");
    expect(detail.input).toEqual({ json: { greet: "Hi" } });
    expect(detail.output).toEqual({ bytes: output.length, preview: output.slice(0, 200), path: "output" });
    expect(await get("api/payload?id=abc&path=output")).toBe(JSON.parse(output));
  });

  test("that do not exist are reported as missing", async () => {
    const { ask } = open(new FakeTaskHubClient(instanceStatus()));
    expect(await ask("GET", "api/instance?id=other")).toMatchObject({
      status: 404,
      json: { error: "There is no such instance." },
    });
    expect((await ask("GET", "api/payload?id=abc&path=__proto__")).status).toBe(404);
    expect((await ask("GET", "api/payload?id=abc&path=history.0.constructor")).status).toBe(404);
    expect((await ask("GET", "api/instance")).json).toEqual({ error: 'The query lacks "id".' });
    expect((await ask("GET", "api/instance?id=a%2Fb")).json.error).toContain("an ID with a slash");
  });

  test("can be changed by the management API", async () => {
    const client = new FakeTaskHubClient(instanceStatus());
    const { post } = open(client);
    expect(await post("api/instance/raise?id=abc", { event: "Approval", data: { ok: true } })).toMatchObject({
      status: 200,
      json: { instanceId: "abc" },
    });
    await post("api/instance/suspend?id=abc", { reason: "lunch" });
    await post("api/instance/terminate?id=abc");
    const done = client.calls.filter(([name]) => !["getStatus", "list"].includes(String(name)));
    expect(done).toEqual([
      ["raiseEvent", "abc", "Approval", '{"ok":true}'],
      ["suspend", "abc", "lunch"],
      ["terminate", "abc", "Manually, in the inspector."],
    ]);
  });

  test("can be started with an input, and an unknown orchestrator is rejected with the API's message", async () => {
    const client = new FakeTaskHubClient();
    const { post } = open(client);
    expect((await post("api/start?name=Hello", { id: "mine", input: { a: 1 } })).json).toEqual({ instanceId: "mine" });
    expect(client.instances.get("mine")?.input).toBe('{"a":1}');
    expect(await post("api/start?name=Other")).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining("Other") },
    });
  });

  test.each([[[]], ["text"], [{ ids: "abc" }], [{ ids: [1] }]])("are not purged by the body %j", async (body) => {
    const { post } = open(new FakeTaskHubClient(instanceStatus()));
    expect((await post("api/purge", body)).status).toBe(400);
  });
});

describe("the stream", () => {
  async function openStream(client: FakeTaskHubClient, more: Partial<InspectedSource> = {}) {
    const opened = open(client, more);
    const url = new URL("api/stream", BASE);
    const answer = await opened.inspector.answer(
      { method: "GET", url, headers: {}, body: Buffer.alloc(0) },
      "api/stream",
    );
    if (!("stream" in answer)) throw new Error("This is not a stream.");
    const gone = new AbortController();
    onTestFinished(() => gone.abort());
    const pieces = answer.stream(gone.signal)[Symbol.asyncIterator]();
    const next = async () => (await pieces.next()).value as string | undefined;
    return { ...opened, next };
  }

  test("begins with the token of this start, followed by the instances", async () => {
    const { next, get } = await openStream(new FakeTaskHubClient(instanceStatus()));
    const { token } = await get<Home>("api/home");
    expect(await next()).toContain(`event: hello\ndata: {"kind":"hello","token":"${token}"}`);
    expect(await next()).toContain('event: instances\ndata: {"kind":"instances","changed":[{"id":"abc"');
  });

  test("contains earlier and new events, without debug lines", async () => {
    const events = new EventLog();
    const line = { kind: "line", time: new Date(0), source: "user", component: "f", fields: {} } as const;
    events.add({ ...line, level: "info", message: "before" });
    events.add({ ...line, level: "debug", message: "never" });
    const { next } = await openStream(new FakeTaskHubClient(), { events });
    await next();
    expect(await next()).toMatch(/"text":"before"}],"missed":0}/);
    events.add({ ...line, level: "warn", message: "after\u2028" });
    const told = await next();
    expect(told).toContain('"text":"after\u2028"');
    expect(told?.trimEnd().split("\n")).toHaveLength(2);
  });

  test("drops lines of a flood, and counts them", async () => {
    const events = new EventLog();
    const { next } = await openStream(new FakeTaskHubClient(), { events });
    await next();
    for (let i = 0; i < 1000; i += 1) {
      events.add({
        kind: "line",
        time: new Date(0),
        source: "user",
        component: "f",
        fields: {},
        level: "info",
        message: `${i}`,
      });
    }
    let [shown, missed] = [0, 0];
    while (shown + missed < 1000) {
      const told = JSON.parse(/data: (.*)/.exec((await next()) ?? "")?.[1] ?? "{}") as {
        events: unknown[];
        missed: number;
      };
      shown += told.events.length;
      missed += told.missed;
    }
    expect(shown + missed).toBe(1000);
    expect(missed).toBeGreaterThan(300);
  });

  test("ends with the inspector", async () => {
    const { next, inspector } = await openStream(new FakeTaskHubClient());
    await next();
    inspector.close();
    let piece: string | undefined = "";
    while (piece !== undefined) piece = await next();
    expect(piece).toBeUndefined();
  });
});
