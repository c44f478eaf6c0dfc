import { expect, test } from "vitest";
import { BlobInbox } from "../../../../local/src/bindings/blobs/blob-inbox.ts";
import { parseMessageText, toMessageText } from "../../../../local/src/bindings/blobs/blob-message.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

const MESSAGE = { functionId: "Host.Functions.f", containerName: "box", blobName: "a/b.txt", etag: "0x1" };

test("each version of a blob is queued once, and its receipt has Azure's path", async () => {
  const storage = createMemoryStorage({ clock: new VirtualClock() });
  for (const version of ["0x1", "0x1", "0x2"])
    await new BlobInbox(storage, "me").addOnce({ ...MESSAGE, etag: version });
  const texts = storage
    .queue("azure-webjobs-blobtrigger-me")
    .messages()
    .map(({ text }) => Buffer.from(text, "base64").toString());
  expect(texts.map((text) => parseMessageText(text)?.etag)).toEqual(["0x1", "0x2"]);
  const receipts = await Array.fromAsync(storage.container("azure-webjobs-hosts").list(), ({ name }) => name);
  expect(receipts).toEqual(["0x1", "0x2"].map((etag) => `blobreceipts/me/Host.Functions.f/"${etag}"/box/a/b.txt`));
});

test("a blob whose name is too long for the usual receipt path is also queued only once", async () => {
  const storage = createMemoryStorage({ clock: new VirtualClock() });
  const names = ["a", "b"].map((end) => `${"x".repeat(1023)}${end}`);
  for (const blobName of [...names, ...names]) await new BlobInbox(storage, "me").addOnce({ ...MESSAGE, blobName });
  expect(storage.queue("azure-webjobs-blobtrigger-me").messages()).toHaveLength(2);
  const receipts = await Array.fromAsync(storage.container("azure-webjobs-hosts").list(), ({ name }) => name.length);
  expect(Math.max(...receipts)).toBeLessThanOrEqual(1024);
});

test("a message has Azure's format, and is parsed back unchanged", () => {
  expect(JSON.parse(toMessageText(MESSAGE))).toEqual({
    Type: "BlobTrigger",
    FunctionId: "Host.Functions.f",
    BlobType: "BlockBlob",
    ContainerName: "box",
    BlobName: "a/b.txt",
    ETag: '"0x1"',
  });
  expect(parseMessageText(toMessageText(MESSAGE))).toEqual(MESSAGE);
});

test.each(["", "null", "[]", "{}", '{"FunctionId":1,"ContainerName":"a","BlobName":"b","ETag":"c"}'])(
  "%j is not a message",
  (text) => {
    expect(parseMessageText(text)).toBeNull();
  },
);
