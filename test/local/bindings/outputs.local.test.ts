import { expect, test } from "vitest";
import type { LocalOptions } from "../../../local/src/index.ts";
import { openStorage } from "../../../local/src/storage/azure/open-storage.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

async function startOutputs(options: Partial<LocalOptions> = {}) {
  const host = await startLocalHost({
    appDir: fixtureApp("outputs"),
    stateDir: await makeTempDir(),
    storage: { kind: "memory" },
    ...options,
    appSettings: { QUEUE: "my-queue", Mine: "UseDevelopmentStorage=true" },
  });
  const storage = openStorage(host.storage.connectionString);
  const receive = async (queueName = "my-queue") => {
    const messages = await storage.queue(queueName).receive({ count: 10, visibilityTimeoutS: 30 });
    return messages.map(({ text }) => Buffer.from(text, "base64").toString("utf8"));
  };
  const call = async (path: string) => (await fetch(`${host.url}/api/${path}`)).status;
  return { host, storage, receive, call };
}

test("messages and blobs are written before the caller gets its response", async () => {
  const { storage, receive, call } = await startOutputs();
  expect(await call("messages")).toBe(200);
  expect(await receive()).toEqual(["plain", '{"a":"é"}']);
  expect(await call("blob/seven")).toBe(200);
  expect([...(await storage.container("box").download("seven.bin"))]).toEqual([0, 255]);
});

test("the return value of a function is written to its output", async () => {
  const { host, receive } = await startOutputs();
  const headers = { "content-type": "application/json" };
  await fetch(`${host.url}/admin/functions/returned`, { method: "POST", headers, body: '{"input":"value"}' });
  await waitFor(() =>
    host.entries.some(({ message }) => message.startsWith("Executed 'Functions.returned' (Succeeded")),
  );
  expect(await receive()).toEqual(["returned value"]);
});

test("a blob is written from a stream, and an error of the stream fails the call", async () => {
  const { host, storage, call } = await startOutputs();
  expect(await call("piped/all")).toBe(200);
  expect(String(await storage.container("box").download("all.bin"))).toBe("piped");
  const headers = { "content-type": "application/json" };
  await fetch(`${host.url}/admin/functions/copied`, { method: "POST", headers, body: '{"input":"value"}' });
  const copy = await waitFor(() =>
    storage
      .container("box")
      .download("copied")
      .catch(() => undefined),
  );
  expect(String(copy)).toBe("value");
  expect(await call("broken/none")).toBe(500);
  await expect(storage.container("box").download("none.bin")).rejects.toThrow();
});

test("an output that cannot be written fails the call, and the error explains why", async () => {
  const { host, call } = await startOutputs();
  expect(await call("blob")).toBe(500);
  const line = host.entries.find(({ message }) => message.startsWith("Executed 'Functions.blob' (Failed"));
  expect(line?.message).toContain('"{id}" in "box/{id}.bin" has no value in this call.');
});

test("an output of an unsupported type fails the call, so that its value is not lost", async () => {
  const { host, call } = await startOutputs();
  expect(await call("unserved")).toBe(500);
  const line = host.entries.find(({ message }) => message.startsWith("Executed 'Functions.unserved' (Failed"));
  expect(line?.message).toContain('Outputs of type "cosmosDB" are not written locally');
});

test("with ignoreOutputs the value is dropped, with a single warning", async () => {
  const { host, call } = await startOutputs({ ignoreOutputs: true });
  expect([await call("unserved"), await call("unserved")]).toEqual([200, 200]);
  const warnings = host.entries.filter(({ message }) => message.includes('outputs of type "cosmosDB" are not written'));
  expect(warnings).toHaveLength(1);
});

test("a timer runs without being called", async () => {
  const { host, receive } = await startOutputs();
  await waitFor(() => host.entries.some(({ message }) => message.startsWith("Executed 'Functions.timer' (Succeeded")));
  expect(await receive("from-timer")).toEqual(["past due: false"]);
});
