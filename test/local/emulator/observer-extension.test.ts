import { expect, test } from "vitest";
import { createObserverExtension } from "../../../local/src/emulator/observer-extension.ts";
import type { EventLog } from "../../../local/src/events/event-log.ts";
import type { WebhookResponse } from "../../../local/src/shared/http-message.ts";
import type { StorageAccount } from "../../../local/src/storage/storage-account.ts";
import { StorageError } from "../../../local/src/storage/storage-errors.ts";

const BLOBS: Record<string, string> = { "run/session.dill": "0123456789" };

/** What is asked of the hub's container. */
function observe(asked: string[] = []) {
  const account = {
    container: () => ({
      async properties(name: string) {
        asked.push(name);
        const text = BLOBS[name];
        if (text === undefined) throw new StorageError(404, "BlobNotFound");
        return { sizeBytes: text.length };
      },
      download: async (name: string, { offset, count }: { offset: number; count: number }) =>
        Buffer.from(BLOBS[name] ?? "").subarray(offset, offset + count),
    }),
  } as unknown as StorageAccount;
  const { webhook } = createObserverExtension({ events: {} as EventLog, account, containerName: "hub" });
  return async (path: string) => {
    const url = new URL(`http://localhost/runtime/webhooks/samekit/${path}`);
    const answer = (await webhook?.({ method: "GET", url, headers: {}, body: Buffer.alloc(0) })) as WebhookResponse;
    return { ...answer, body: answer.body?.toString() };
  };
}

test("a part of a blob is read, and its size is told", async () => {
  const answer = await observe()("blob?name=run/session.dill&offset=6");
  expect(answer).toMatchObject({ status: 200, body: "6789", headers: { "x-blob-size": "10" } });
  expect(await observe()("blob?name=run/other")).toMatchObject({ status: 404 });
});

test.each([
  ["none", "blob"],
  ["an empty one", "blob?name="],
  ["one of more than 1,024 characters", `blob?name=${"x".repeat(1025)}`],
  ["one with a control character", "blob?name=a%01b"],
  ["one that leads out of the container", "blob?name=../other/secret"],
  ["one that leads out in the middle", "blob?name=a/..%5C../b"],
])("a name that is %s is refused with the reason, and the storage is not asked", async (_what, path) => {
  const asked: string[] = [];
  expect(await observe(asked)(path)).toMatchObject({ status: 400, body: expect.stringMatching(/^"\w+" is .+\.$/) });
  expect(asked).toEqual([]);
});
