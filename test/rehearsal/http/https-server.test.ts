import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { expect, test } from "vitest";
import { createTestSite, startTestMiniAzure, type TestMiniAzure } from "../../helpers/mini-azure.ts";
import { canBeOtherUser, fetchAsOtherUser } from "../../helpers/other-user.ts";

const GIGABYTE = 1_000_000_000;

/** Declares a body of this size without sending it: only a server that does not wait for it responds. */
async function announce(mini: TestMiniAzure, url: string, sizeBytes: number): Promise<IncomingMessage> {
  const headers = { "content-length": String(sizeBytes), "content-type": "application/zip" };
  const outgoing = request(url, { method: "POST", headers, ca: mini.caPem, agent: false });
  outgoing.on("error", () => {});
  outgoing.flushHeaders();
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  outgoing.destroy();
  return incoming;
}

test("a body that is too large is rejected before it is read, and before authentication", async () => {
  const mini = await startTestMiniAzure();
  const token = `${mini.armUrl}/${mini.tenantId}/oauth2/v2.0/token`;
  const answers = [
    await announce(mini, token, GIGABYTE),
    await announce(mini, `${mini.armUrl}/subscriptions`, GIGABYTE),
  ];
  expect(answers.map(({ statusCode, headers }) => [statusCode, headers.connection])).toEqual([
    [413, "close"],
    [413, "close"],
  ]);
});

test("a package is only read from a client that may publish it", async () => {
  const mini = await startTestMiniAzure();
  const site = await createTestSite(mini);
  const { statusCode } = await announce(mini, `https://${site.scmHostName}/api/publish`, GIGABYTE);
  expect(statusCode).toBe(401);
});

test("a body without a declared size is cut off at the limit", async () => {
  const mini = await startTestMiniAzure();
  const outgoing = request(`${mini.armUrl}/subscriptions`, { method: "POST", ca: mini.caPem, agent: false });
  outgoing.on("error", () => {});
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  outgoing.write(Buffer.alloc(5 * 1024 * 1024, " "));
  const [{ statusCode }] = await answered;
  outgoing.destroy();
  expect(statusCode).toBe(413);
});

test.runIf(canBeOtherUser)("another user of the machine cannot connect to any of its ports", async () => {
  const lines: string[] = [];
  const mini = await startTestMiniAzure({ onLog: ({ message }) => lines.push(message) });
  const site = await createTestSite(mini);
  const urls = [`${mini.armUrl}/metadata/endpoints`, `https://${site.hostName}/`, `https://${site.scmHostName}/`];
  const answers = await Promise.all(urls.map((url) => fetchAsOtherUser(url)));
  expect(answers.filter((answer) => "status" in answer)).toEqual([]);
  expect(lines).toContain("A connection of another user was refused.");
});
