// A page of another site, in a real Chromium, can do nothing to a running host and its Azurite.

import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { PUBLIC_DEVELOPMENT_KEY } from "../../../local/src/shared/development-account.ts";
import { openBrowser } from "../../helpers/chromium.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const tempDir = dirsOfFile();
let host: LocalHost;
let site: Server;

beforeAll(async () => {
  host = await startLocal({
    port: 0,
    appDir: fixtureApp("http-basic"),
    stateDir: tempDir(),
    storage: { kind: "memory" },
  });
  await QueueServiceClient.fromConnectionString(host.storage.connectionString).getQueueClient("jobs").create();
  site = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>Another site</title>");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await host?.stop();
  site?.close();
});

const partOf = (name: string) => new RegExp(`${name}=([^;]+)`).exec(host.storage.connectionString)?.[1] ?? "";
const queueUrl = () => partOf("QueueEndpoint");
const sitePort = () => (site.address() as AddressInfo).port;

/** An account SAS with all permissions, signed with the published key of all emulators or with the real one. */
function sasOf(key: string): string {
  const sas = { sv: "2020-08-04", ss: "bqt", srt: "sco", sp: "rwdlacup", se: "2099-01-01T00:00:00Z" };
  const text = ["devstoreaccount1", sas.sp, sas.ss, sas.srt, "", sas.se, "", "", sas.sv, ""].join("\n");
  const sig = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
  return String(new URLSearchParams({ ...sas, sig }));
}

async function waitingMessages(): Promise<number> {
  const queue = QueueServiceClient.fromConnectionString(host.storage.connectionString).getQueueClient("jobs");
  return (await queue.getProperties()).approximateMessagesCount ?? 0;
}

/** A page with the host name of another site, served from this machine. */
async function openForeignPage(name: string) {
  const browser = await openBrowser([`--host-resolver-rules=MAP ${name} 127.0.0.1`]);
  const page = await browser.newPage();
  await page.goto(`http://${name}:${sitePort()}/`);
  return page;
}

type Sent = { url: string; method?: string; mode?: "cors" | "no-cors"; contentType?: string; body?: string };
type Seen = { type: string; status: number; text: string } | { error: string };

/** The result of a request that a script of the page can see. */
async function sendFrom(page: Awaited<ReturnType<typeof openForeignPage>>, sent: Sent): Promise<Seen> {
  return page.evaluate(async ({ url, method = "GET", mode = "cors", contentType, body }) => {
    try {
      const headers = contentType === undefined ? {} : { "content-type": contentType };
      const answer = await fetch(url, { method, mode, headers, ...(body === undefined ? {} : { body }) });
      return { type: answer.type, status: answer.status, text: await answer.text() };
    } catch (error) {
      return { error: String(error) };
    }
  }, sent);
}

describe("a page of another site", () => {
  const MESSAGE = "<QueueMessage><MessageText>e30=</MessageText></QueueMessage>";

  test("cannot queue a message, not even with the real key", async () => {
    const page = await openForeignPage("evil.test");
    for (const key of [PUBLIC_DEVELOPMENT_KEY, partOf("AccountKey")]) {
      const url = `${queueUrl()}/jobs/messages?${sasOf(key)}`;
      // A request without a preflight; the page cannot read the response, and does not need it.
      await sendFrom(page, { url, method: "POST", mode: "no-cors", contentType: "text/plain", body: MESSAGE });
    }
    expect(await waitingMessages()).toBe(0);
    // The same request by a program of this user is served: only the page is rejected.
    const url = `${queueUrl()}/jobs/messages?${sasOf(partOf("AccountKey"))}`;
    expect((await fetch(url, { method: "POST", body: MESSAGE })).status).toBe(201);
    expect(await waitingMessages()).toBe(1);
  });

  test("cannot read anything from host or storage", async () => {
    const page = await openForeignPage("evil.test");
    const urls = [
      `${host.url}/admin/host/status`,
      `${host.url}/admin/host/systemkeys/_master`,
      `${host.url}/runtime/webhooks/durabletask/instances`,
      `${host.url}/runtime/webhooks/samekit/events?follow=false`,
      `${queueUrl()}?comp=list&${sasOf(partOf("AccountKey"))}`,
    ];
    for (const url of urls) expect(await sendFrom(page, { url })).toEqual({ error: "TypeError: Failed to fetch" });
  });

  test("cannot run a function", async () => {
    const page = await openForeignPage("evil.test");
    const started: string[] = [];
    const following = new AbortController();
    const reading = (async () => {
      const filter = { kinds: new Set(["function-started" as const]), follow: true };
      for await (const batch of host.events.read(filter, following.signal)) {
        for (const { event } of batch) if (event.kind === "function-started") started.push(event.functionName);
      }
    })();
    const url = `${host.url}/api/echo`;
    await sendFrom(page, { url, method: "POST", mode: "no-cors", contentType: "text/plain", body: "{}" });
    await page.setContent(`<img alt="" src="${url}">`);
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBeLessThan(500);
    following.abort();
    await reading;
    expect(started).toHaveLength(1);
  });
});

test("a host name rebound to this machine can read neither queues nor runs", async () => {
  const name = "rebound.test";
  const browser = await openBrowser([`--host-resolver-rules=MAP ${name} 127.0.0.1`]);
  const page = await browser.newPage();
  const answers: { status: number; text: string }[] = [];
  page.on("response", async (answer) => {
    answers.push({ status: answer.status(), text: await answer.text().catch(() => "") });
  });
  for (const url of [`${host.url}/admin/host/status`, `${queueUrl()}?comp=list&${sasOf(partOf("AccountKey"))}`]) {
    // An answer without a body is an error page to the browser.
    await page.goto(url.replace(/localhost|127\.0\.0\.1/, name)).catch(() => {});
  }
  await waitFor(() => answers.length === 2);
  expect(answers.map(({ status }) => status)).toEqual([421, 421]);
  for (const { text } of answers) expect(text).not.toMatch(/devstoreaccount1|instanceId|<Queues>/);
});
