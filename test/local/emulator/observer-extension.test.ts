import { expect, test } from "vitest";
import { createObserverExtension } from "../../../local/src/emulator/observer-extension.ts";
import { EventLog } from "../../../local/src/events/event-log.ts";
import type { WebhookStream } from "../../../local/src/shared/http-message.ts";
import type { StorageAccount } from "../../../local/src/storage/storage-account.ts";

function setUp() {
  const events = new EventLog();
  const extension = createObserverExtension({ events, account: {} as StorageAccount, containerName: "hub" });
  const ask = async (resource: string, headers: Record<string, string> = {}, method = "GET") => {
    const url = new URL(`http://localhost:7071/runtime/webhooks/samekit/${resource}`);
    return extension.webhook?.({ method, url, headers, body: Buffer.alloc(0) });
  };
  const read = async (resource: string, headers: Record<string, string> = {}) => {
    const { stream } = (await ask(resource, headers)) as WebhookStream;
    let text = "";
    for await (const piece of stream(new AbortController().signal)) text += piece;
    return [...text.matchAll(/^id: (.*)\nevent: (.*)$/gm)].map(([, id, kind]) => ({ id, kind }));
  };
  return { events, ask, read };
}

const started = { kind: "worker-started", time: new Date(0), pid: 1 } as const;
const stopping = { kind: "host-stopping", time: new Date(0) } as const;

test("a reconnecting reader sends its position in a header, which takes precedence", async () => {
  const { events, read } = setUp();
  for (const event of [started, stopping]) events.add(event);
  const [first] = await read("events?follow=false");
  expect(await read("events?follow=false&from=start", { "last-event-id": first?.id as string })).toMatchObject([
    { kind: "host-stopping" },
  ]);
  expect(await read("events?follow=false&kinds=worker-started,line")).toMatchObject([{ kind: "worker-started" }]);
});

test("a 65th reader is rejected until another one leaves", async () => {
  const { ask } = setUp();
  const readers = Array.from({ length: 64 }, () => new AbortController());
  for (const { signal } of readers) ((await ask("events")) as WebhookStream).stream(signal);
  expect(await ask("events")).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
  readers[0]?.abort();
  expect(await ask("events")).toMatchObject({ status: 200 });
});

test.each([
  ["nothing", "GET"],
  ["events", "POST"],
])("%s with %s does not exist", async (resource, method) => {
  expect(await setUp().ask(resource, {}, method)).toEqual({ status: 404 });
});
