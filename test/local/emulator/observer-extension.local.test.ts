import { expect, test } from "vitest";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

type Sent = { id: string; kind: string; data: Record<string, unknown> };

function parse(text: string): Sent[] {
  return [...text.matchAll(/id: (.*)\nevent: (.*)\ndata: (.*)\n\n/g)].map(([, id = "", kind = "", data = ""]) => ({
    id,
    kind,
    data: JSON.parse(data),
  }));
}

async function startChain(url: string): Promise<string> {
  const start = await fetch(`${url}/runtime/webhooks/durabletask/orchestrators/chain`, { method: "POST" });
  const { id, statusQueryGetUri } = (await start.json()) as { id: string; statusQueryGetUri: string };
  await waitFor(async () => (await fetch(statusQueryGetUri)).status === 200, { what: "the run's end" });
  return id;
}

test("a host streams its events to authorized readers", async () => {
  const app = { appDir: fixtureApp("durable"), stateDir: await makeTempDir() };
  const host = await startLocalHost({ ...app, storage: { kind: "memory" } });
  const events = `${host.url}/runtime/webhooks/samekit/events`;
  const read = async (query: string, headers: Record<string, string> = {}) =>
    parse(await (await fetch(`${events}?follow=false&${query}`, { headers })).text());

  const one = await startChain(host.url);
  const two = await startChain(host.url);
  const all = await read("");
  expect(all.filter(({ kind }) => kind !== "line").slice(0, 2)).toMatchObject([
    { kind: "worker-started", data: { pid: host.workerPid } },
    {
      kind: "host-ready",
      data: { url: host.url, hubName: host.hubName, functions: expect.arrayContaining(["chain"]) },
    },
  ]);

  const calls = await read(`instanceId=${one}&kinds=function-started,function-ended`);
  expect(calls.length).toBeGreaterThanOrEqual(4);
  expect(new Set(calls.map(({ data }) => data["instanceId"]))).toEqual(new Set([one]));
  expect(calls.find(({ kind }) => kind === "function-ended")?.data).toMatchObject({ ok: true, problem: null });

  expect(await read(`instanceId=${one}&kinds=instance-ended`)).toMatchObject([{ data: { status: "Completed" } }]);

  const lastOfOne = calls.at(-1)?.id as string;
  const after = await read("kinds=function-started", { "last-event-id": lastOfOne });
  expect(after[0]?.data["instanceId"]).toBe(two);
  expect(await read("from=now")).toEqual([]);

  const [response] = await Promise.all([fetch(`${events}?from=now&kinds=host-stopping`), startChain(host.url)]);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect((await fetch(events, { headers: { origin: "https://evil.example" } })).status).toBe(403);
  expect((await fetch(events, { method: "POST" })).status).toBe(404);
  const [live] = await Promise.all([response.text(), host.stop()]);
  expect(parse(live).map(({ kind }) => kind)).toEqual(["host-stopping"]);
});
