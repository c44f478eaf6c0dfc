import { expect, test } from "vitest";
import { answerEventGrid, type BlobEvent } from "../../../../local/src/bindings/blobs/event-grid.ts";

async function ask(
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
  functionName = "Host.Functions.f",
) {
  const events: BlobEvent[] = [];
  const url = new URL(`http://localhost/runtime/webhooks/blobs?functionName=${functionName}`);
  const request = { method, url, headers, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) };
  const answer = await answerEventGrid(request, {
    isServed: (id) => id === "Host.Functions.f",
    add: async (event) => void events.push(event),
  });
  return { answer, events };
}

const SUBJECT = "/blobServices/default/containers/box/blobs/a/b.txt";

test.each([{ eventType: "Microsoft.Storage.BlobCreated" }, { type: "Microsoft.Storage.BlobCreated" }])(
  "an event of either schema identifies a blob: %j",
  async (schema) => {
    const { answer, events } = await ask("POST", [{ ...schema, subject: SUBJECT, data: { eTag: '"0x1"' } }]);
    expect(answer.status).toBe(202);
    expect(events).toEqual([
      { functionId: "Host.Functions.f", containerName: "box", blobName: "a/b.txt", etag: "0x1" },
    ]);
  },
);

test("a single event may come without a list, and without the version of its blob", async () => {
  const { events } = await ask("POST", { type: "Microsoft.Storage.BlobCreated", subject: SUBJECT });
  expect(events).toMatchObject([{ blobName: "a/b.txt", etag: null }]);
});

test("other events are accepted and ignored", async () => {
  const { answer, events } = await ask("POST", [{ eventType: "Microsoft.Storage.BlobDeleted", subject: SUBJECT }]);
  expect([answer.status, events]).toEqual([202, []]);
});

test("both handshakes are answered", async () => {
  const event = { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "code" } };
  expect((await ask("POST", [event])).answer).toMatchObject({ status: 200, body: '{"validationResponse":"code"}' });
  const { answer } = await ask("OPTIONS", "", { "webhook-request-origin": "eventgrid.azure.net" });
  expect(answer).toMatchObject({ status: 200, headers: { "webhook-allowed-origin": "eventgrid.azure.net" } });
});

test.each([
  ["POST", "[1]", 400],
  ["POST", "nonsense", 400],
  ["GET", "", 405],
  ["OPTIONS", "", 405],
])("%s %j answers %i", async (method, body, status) => {
  expect((await ask(method, body)).answer.status).toBe(status);
});

test("a function without an EventGrid trigger is reported by name", async () => {
  const { answer } = await ask("POST", "[]", {}, "Host.Functions.other");
  expect(answer).toMatchObject({ status: 404, body: expect.stringContaining('"Host.Functions.other"') });
});
