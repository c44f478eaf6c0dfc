import { expect, test } from "vitest";
import { ManagementClient } from "../../../../toolkit/src/adapters/app/management-client.ts";

function clientOf(answers: (Response | Error)[], managementKey: string | null = null) {
  const sent: { url: string; method: string; headers: Record<string, string>; body: unknown }[] = [];
  const fetch = (async (url: URL, { method = "", headers = {}, body = null }: RequestInit = {}) => {
    sent.push({ url: String(url), method, headers: headers as Record<string, string>, body });
    const answer = answers.shift();
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no more answers");
    return answer;
  }) as typeof globalThis.fetch;
  const { signal } = new AbortController();
  return { client: new ManagementClient({ url: "http://app", managementKey }, { fetch, signal }), sent };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const item = (instanceId: string) => ({ instanceId, name: "n", runtimeStatus: "Running" });

test("a list is read page by page with a filter, up to the requested number", async () => {
  const pages = [
    json(200, [item("a"), item("b")], { "x-ms-continuation-token": "next" }),
    json(200, [item("c"), item("d")], { "x-ms-continuation-token": "more" }),
  ];
  const { client, sent } = clientOf(pages);
  const found = await client.list(
    { prefix: "p", statuses: ["Running", "Failed"], from: "2026-01-01T00:00:00.000Z" },
    3,
  );
  expect(found.map(({ instanceId }) => instanceId)).toEqual(["a", "b", "c"]);
  expect(sent.map(({ headers }) => headers["x-ms-continuation-token"])).toEqual(["", "next"]);
  const query = new URL(sent[0]?.url ?? "").searchParams;
  expect(Object.fromEntries(query)).toEqual({
    instanceIdPrefix: "p",
    runtimeStatus: "Running,Failed",
    createdTimeFrom: "2026-01-01T00:00:00.000Z",
    top: "3",
    showInput: "false",
  });
});

test("IDs and names are encoded, and the key is sent as a header", async () => {
  const { client, sent } = clientOf([json(202, { id: "x y" }), new Response(null, { status: 202 })], "secret");
  expect(await client.start("My Orch", "5", "x y")).toBe("x y");
  await client.raise("x y", "Go now", "true");
  expect(sent.map(({ url, body }) => [url, body])).toEqual([
    ["http://app/runtime/webhooks/durabletask/orchestrators/My%20Orch/x%20y", "5"],
    ["http://app/runtime/webhooks/durabletask/instances/x%20y/raiseEvent/Go%20now", "true"],
  ]);
  expect(sent[0]?.headers).toMatchObject({ "x-functions-key": "secret", "content-type": "application/json" });
});

test.each([
  [new Response(null, { status: 404 }), "ERR_RUN_UNKNOWN", "There is no such instance."],
  [new Response(null, { status: 410 }), "ERR_APP_REFUSED", "The instance has ended."],
  [new Response(null, { status: 401 }), "ERR_APP_UNAUTHORIZED", "requires the key"],
  [json(412, "only failed ones"), "ERR_APP_REFUSED", "only failed ones"],
  [json(400, { Message: "bad" }), "ERR_APP_REFUSED", "bad"],
  [json(500, { Message: "m", ExceptionMessage: "inner" }), "ERR_APP_REFUSED", "inner"],
  [new Response("<html>", { status: 502 }), "ERR_APP_REFUSED", "http://app answered 502."],
  [new Error("refused"), "ERR_APP_UNREACHABLE", "does not answer: refused"],
])("a rejection is reported with the app's message (%#)", async (answer, code, message) => {
  const { client } = clientOf([answer]);
  await expect(client.act("a", "rewind", undefined)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test("purging by a filter without matches is not an error", async () => {
  const { client } = clientOf([new Response(null, { status: 404 }), json(200, { instancesDeleted: 2 })]);
  expect(await client.purgeMany({ statuses: [], from: "2026-01-01" })).toBe(0);
  expect(await client.purge("a")).toBe(2);
});
