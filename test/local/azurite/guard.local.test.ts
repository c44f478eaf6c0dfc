// The requests that a web page, or another program on this machine, could send to our Azurite, sent without a browser.

import { createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEntranceAgent, type RunningAzurite, startAzurite } from "../../../local/src/azurite/index.ts";
import { PUBLIC_DEVELOPMENT_KEY } from "../../../local/src/shared/development-account.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { canBeOtherUser, fetchAsOtherUser } from "../../helpers/other-user.ts";

const tempDir = dirsOfFile();
let azurite: RunningAzurite;

beforeAll(async () => {
  azurite = await startAzurite({ azuriteDir: tempDir(), data: "memory" });
  await azurite.ready;
  await QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient("jobs").create();
  await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("files").create();
});
afterAll(() => azurite.stop());

const ownKey = () => /AccountKey=([^;]+)/.exec(azurite.connectionString)?.[1] ?? "";

/** An account SAS with all permissions. */
function sasOf(key: string): string {
  const sas = { sv: "2020-08-04", ss: "bqt", srt: "sco", sp: "rwdlacup", se: "2099-01-01T00:00:00Z" };
  const text = ["devstoreaccount1", sas.sp, sas.ss, sas.srt, "", sas.se, "", "", sas.sv, ""].join("\n");
  const sig = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
  return String(new URLSearchParams({ ...sas, sig }));
}

type Sent = { headers?: Record<string, string>; method?: string; body?: string };
type Answer = { status: number | undefined; headers: http.IncomingHttpHeaders; text: string };

function send(service: "blob" | "queue" | "table", path: string, { headers = {}, method = "GET", body }: Sent = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const options = { host: "127.0.0.1", port: azurite.ports[service], path, method, headers, agent: false };
    const request = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on("error", reject).end(body);
  });
}

const MESSAGE = "<QueueMessage><MessageText>e30=</MessageText></QueueMessage>";
const enqueue = (key: string, headers: Record<string, string> = {}) =>
  send("queue", `/devstoreaccount1/jobs/messages?${sasOf(key)}`, {
    method: "POST",
    // A page may send this to any origin without a preflight request.
    headers: { "content-type": "text/plain;charset=UTF-8", ...headers },
    body: MESSAGE,
  });

describe("a message is rejected", () => {
  test("from a page, signed with the published key", async () => {
    const answer = await enqueue(PUBLIC_DEVELOPMENT_KEY, { origin: "https://evil.example" });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining("Pages of another origin") });
  });

  test("from a page that hides its origin", async () => {
    expect(await enqueue(PUBLIC_DEVELOPMENT_KEY, { origin: "null" })).toMatchObject({ status: 403 });
  });

  test("from a page, whatever its signature", async () => {
    expect(await enqueue(ownKey(), { origin: "https://evil.example" })).toMatchObject({ status: 403 });
  });

  test("from another program that signs with the published key", async () => {
    const answer = await enqueue(PUBLIC_DEVELOPMENT_KEY);
    expect(answer).toMatchObject({ status: 403, headers: { "x-ms-error-code": "AuthenticationFailed" } });
  });

  test.each(["evil.example", "127.0.0.1.evil.example:80", "devstoreaccount1.queue.localhost.evil.example"])(
    "from a page whose host name %s was made to resolve to this machine",
    async (host) => {
      expect(await enqueue(ownKey(), { host, origin: `http://${host}` })).toMatchObject({ status: 421 });
    },
  );
});

test("a program with the key may send, under each local host name", async () => {
  const port = azurite.ports.queue;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
    expect(await enqueue(ownKey(), { host })).toMatchObject({ status: 201 });
    expect(await enqueue(ownKey(), { host, origin: `http://${host}` })).toMatchObject({ status: 201 });
  }
});

describe.each(["blob", "queue", "table"] as const)("the %s service", (service) => {
  test("returns its list neither to a web page nor under a foreign host name", async () => {
    const list = `/devstoreaccount1${service === "table" ? "/Tables" : "/"}?comp=list&${sasOf(ownKey())}`;
    const get = (headers = {}) => send(service, list, { headers: { accept: "application/json", ...headers } });
    expect(await get()).toMatchObject({ status: 200 });
    expect(await get({ origin: "http://localhost:3000" })).toMatchObject({ status: 403 });
    expect(await get({ host: "evil.example" })).toMatchObject({ status: 421 });
  });
});

test("a page gets through if a CORS rule of the service allows its origin", async () => {
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const rule = { allowedHeaders: "*", exposedHeaders: "*", maxAgeInSeconds: 60 };
  const allowedOrigins = "http://localhost:3000,https://*.my.example";
  await blobs.setProperties({ cors: [{ ...rule, allowedOrigins, allowedMethods: "GET,PUT" }] });
  const path = `/devstoreaccount1/files?restype=container&comp=list&${sasOf(ownKey())}`;
  const from = (origin: string) => send("blob", path, { headers: { origin } });
  expect(await from("http://localhost:3000")).toMatchObject({
    status: 200,
    headers: { "access-control-allow-origin": "http://localhost:3000" },
  });
  expect(await from("https://a.my.example")).toMatchObject({ status: 200 });
  expect(await from("http://localhost:3001")).toMatchObject({ status: 403 });
  expect(await from("https://a.my.example.evil.example")).toMatchObject({ status: 403 });
  const preflight = { "access-control-request-method": "PUT" };
  const asked = { method: "OPTIONS", headers: { origin: "http://localhost:3000", ...preflight } };
  expect(await send("blob", "/devstoreaccount1/files/a", asked)).toMatchObject({ status: 200 });
});

test.skipIf(!canBeOtherUser).each(["blob", "queue", "table"] as const)(
  "another user of the machine is rejected by the %s service",
  async (service) => {
    const answer = await fetchAsOtherUser(`http://127.0.0.1:${azurite.ports[service]}/?${sasOf(ownKey())}`);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining("serves the user who started it") });
  },
);

test("connections by the entrance reach the service whose port they name", async () => {
  const agent = createEntranceAgent(azurite.ports, azurite.entrance ?? { port: 0, secret: "" });
  const statusOf = (service: "blob" | "queue", path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { host: "127.0.0.1", port: azurite.ports[service], path, agent };
      http.get(options, (response) => resolve(response.resume().statusCode)).on("error", reject);
    });
  const sas = sasOf(ownKey());
  expect(await statusOf("queue", `/devstoreaccount1/jobs?comp=metadata&${sas}`)).toBe(200);
  expect(await statusOf("blob", `/devstoreaccount1/files?restype=container&${sas}`)).toBe(200);
  agent.destroy();
});

describe("the entrance", () => {
  /** The first line of the response to a request after a greeting, or an empty string if the connection is closed. */
  function ask(greeting: string): Promise<string> {
    const { port = 0 } = azurite.entrance ?? {};
    const path = `/devstoreaccount1/jobs?comp=metadata&${sasOf(PUBLIC_DEVELOPMENT_KEY)}`;
    return new Promise((resolve) => {
      const socket = net.connect(port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
      socket.write(`${greeting}GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:10001\r\nConnection: close\r\n\r\n`);
    });
  }

  test("accepts the secret", async () => {
    expect(await ask(`same-kit queue ${azurite.entrance?.secret}\n`)).toBe("HTTP/1.1 200 OK");
  });

  test.each([
    ["a wrong secret", `same-kit queue ${randomBytes(32).toString("hex")}\n`],
    ["an unknown service", `same-kit files ${"0".repeat(64)}\n`],
    ["no greeting, as a page would send", ""],
    ["an endless line", "x".repeat(200)],
  ])("rejects %s", async (_, greeting) => {
    expect(await ask(greeting)).toBe("");
  });
});
