// Azure may split a list into pages, and a page may be empty although others follow.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openStorage } from "../../../../local/src/storage/azure/open-storage.ts";

type Answer = { body: string; headers?: Record<string, string> };

/** An account whose services give these responses in order, and the queries of its requests. */
async function openAnswering(answers: Answer[]) {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://storage").searchParams);
    const { body, headers = {} } = answers[asked.length - 1] ?? { body: "" };
    response.writeHead(200, headers).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acct`;
  const endpoints = ["Blob", "Queue", "Table"].map((it) => `${it}Endpoint=${base}`).join(";");
  return { account: openStorage(`DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=a2V5;${endpoints}`), asked };
}

function queuePage(names: string[], marker: string): Answer {
  const queues = names.map((name) => `<Queue><Name>${name}</Name></Queue>`).join("");
  const list = `<EnumerationResults><Queues>${queues}</Queues><NextMarker>${marker}</NextMarker></EnumerationResults>`;
  return { body: `<?xml version="1.0" encoding="utf-8"?>${list}`, headers: { "content-type": "application/xml" } };
}

function tablePage(names: string[], next: string | null): Answer {
  return {
    body: JSON.stringify({ value: names.map((TableName) => ({ TableName })) }),
    headers: {
      "content-type": "application/json;odata=nometadata",
      ...(next === null ? {} : { "x-ms-continuation-NextTableName": next }),
    },
  };
}

test("queues are listed by prefix, across all pages", async () => {
  const pages = [queuePage(["hub-a"], "m1"), queuePage([], "m2"), queuePage(["hub-b"], "")];
  const { account, asked } = await openAnswering(pages);
  expect(await account.listQueues("hub-")).toEqual(["hub-a", "hub-b"]);
  expect(asked.map((it) => [it.get("prefix"), it.get("marker")])).toEqual([
    ["hub-", null],
    ["hub-", "m1"],
    ["hub-", "m2"],
  ]);
});

test("tables are listed by the range of a prefix, across all pages, and other names are left out", async () => {
  const pages = [tablePage(["HubHistory"], "n1"), tablePage([], "n2"), tablePage(["HubInstances", "hubOther"], null)];
  const { account, asked } = await openAnswering(pages);
  expect(await account.listTables("Hub")).toEqual(["HubHistory", "HubInstances"]);
  expect(asked.map((it) => [it.get("$filter"), it.get("NextTableName")])).toEqual([
    ["TableName ge 'Hub' and TableName lt 'Huc'", null],
    ["TableName ge 'Hub' and TableName lt 'Huc'", "n1"],
    ["TableName ge 'Hub' and TableName lt 'Huc'", "n2"],
  ]);
});
