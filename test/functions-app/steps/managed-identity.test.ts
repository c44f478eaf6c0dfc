import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { managedIdentityCredential } from "../../../functions-app/src/steps/managed-identity.ts";

async function startIdentity(status: number, body: unknown) {
  const requests: { url: string; secret: unknown }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? "", secret: request.headers["x-identity-header"] });
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { requests, env: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: "s" } };
}

test("a token of the given identity is requested in App Service's format", async () => {
  const { requests, env } = await startIdentity(200, { access_token: "t", expires_on: "1700000000" });
  const credential = managedIdentityCredential({ ...env, AzureWebJobsStorage__clientId: "c-1" });
  expect(await credential.getToken()).toEqual({ token: "t", expiresOnTimestamp: 1_700_000_000_000 });
  const url = new URL(requests[0]?.url ?? "", "http://x");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    "api-version": "2019-08-01",
    resource: "https://storage.azure.com/",
    client_id: "c-1",
  });
  expect(requests[0]?.secret).toBe("s");
});

test("a rejection is reported, and so is a host without identities", async () => {
  const { env } = await startIdentity(400, { message: "no such identity" });
  await expect(managedIdentityCredential(env).getToken()).rejects.toThrow(/HTTP 400.*no such identity/);
  await expect(managedIdentityCredential({}).getToken()).rejects.toThrow("no managed identity");
});
