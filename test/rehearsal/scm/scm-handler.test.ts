import { describe, expect, test } from "vitest";
import { fakeSiteHost } from "../../helpers/fake-site-host.ts";
import { createTestSite, startTestMiniAzure } from "../../helpers/mini-azure.ts";
import { postPackage, publish, waitForDeployment } from "../../helpers/publish.ts";
import { MINIMAL_APP, makeZip } from "../../helpers/zip.ts";

const SUCCESS = 4;
const FAILED = 3;
const CONFLICT = 5;

async function startSite(options: { fail?: string; plan?: "flex" | "consumption" | "premium" } = {}) {
  const host = fakeSiteHost();
  const { fail, plan } = options;
  const mini = await startTestMiniAzure({ bootSite: host.bootSite, ...(fail === undefined ? {} : { fail }) });
  return { mini, host, site: await createTestSite(mini, plan), zip: await makeZip(MINIMAL_APP) };
}

describe("/api/publish", () => {
  test("answers 202 with the deployment's ID, which is not found at first, and ends in success", async () => {
    const { mini, site, zip } = await startSite();
    const { status, text } = await postPackage(mini, site, zip, "?Deployer=same-kit");
    const id = JSON.parse(text) as string;
    const headers = { authorization: `Bearer ${await mini.token()}` };
    const early = await mini.send("GET", `https://${site.scmHostName}/api/deployments/${id}`, { headers });
    const end = await waitForDeployment(mini, site, id);
    expect([status, early.status]).toEqual([202, 404]);
    expect(end).toMatchObject({ status: SUCCESS, active: true, deployer: "same-kit" });
  });

  test("accepts only a zip", async () => {
    const { mini, site, zip } = await startSite();
    const headers = { authorization: `Bearer ${await mini.token()}`, "content-type": "application/json" };
    const { status } = await mini.send("POST", `https://${site.scmHostName}/api/publish`, { headers, body: zip });
    expect(status).toBe(415);
  });

  test.each([
    ["a file that is not an archive", Buffer.from("nonsense"), /central directory/i],
    ["a remote build", null, /no remote build/],
  ])("fails for %s", async (_name, body, message) => {
    const { mini, site, zip } = await startSite();
    const end = await publish(mini, site, body ?? zip, body === null ? "?RemoteBuild=true" : "");
    expect(end.status).toBe(FAILED);
    expect(end.build_summary.errors.join("\n")).toMatch(message);
  });
});

describe("authorization", () => {
  test.each(["", "Basic JGFwcC10ZXN0OnBhc3N3b3Jk", "Bearer a.b.c"])("%j is rejected", async (authorization) => {
    const { mini, site, zip } = await startSite();
    const headers = { authorization, "content-type": "application/zip" };
    const { status } = await mini.send("POST", `https://${site.scmHostName}/api/publish`, { headers, body: zip });
    expect(status).toBe(401);
  });

  test("the publishing credentials work if the policy allows them", async () => {
    const { mini, site } = await startSite();
    await mini.arm("PUT", `${site.id}/basicPublishingCredentialsPolicies/scm`, { properties: { allow: true } });
    const { body } = await mini.arm("POST", `${site.id}/config/publishingcredentials/list`);
    const { publishingUserName, publishingPassword } = (body as { properties: Record<string, string> }).properties;
    const basic = Buffer.from(`${publishingUserName}:${publishingPassword}`).toString("base64");
    const { status } = await mini.send("GET", `https://${site.scmHostName}/api/deployments`, {
      headers: { authorization: `Basic ${basic}` },
    });
    expect(status).toBe(200);
  });
});

describe("/api/zipdeploy", () => {
  test("does not exist on Flex Consumption", async () => {
    const { mini, site, zip } = await startSite();
    const headers = { authorization: `Bearer ${await mini.token()}` };
    const { status } = await mini.send("POST", `https://${site.scmHostName}/api/zipdeploy`, { headers, body: zip });
    expect(status).toBe(404);
  });

  test.each(["consumption", "premium"] as const)("deploys on %s and returns the status URL", async (plan) => {
    const { mini, site, zip } = await startSite({ plan });
    const headers = { authorization: `Bearer ${await mini.token()}` };
    const url = `https://${site.scmHostName}/api/zipdeploy`;
    const { status, headers: answered } = await mini.send("POST", `${url}?isAsync=true`, { headers, body: zip });
    expect([status, new URL(String(answered.location)).pathname]).toEqual([202, "/api/deployments/latest"]);
    expect((await waitForDeployment(mini, site, "latest")).status).toBe(SUCCESS);
  });

  test("waits for the end if it is not asynchronous", async () => {
    const { mini, site } = await startSite({ plan: "premium" });
    const headers = { authorization: `Bearer ${await mini.token()}` };
    const url = `https://${site.scmHostName}/api/zipdeploy`;
    const { status, text } = await mini.send("POST", url, { headers, body: "nonsense" });
    expect(status).toBe(400);
    expect(text).toMatch(/central directory/i);
  });
});

describe("drills", () => {
  test.each([
    ["scm-unauthorized", 401],
    ["scm-forbidden", 403],
    ["package-too-large", 413],
  ])("%s: the upload is answered with %d", async (fail, expected) => {
    const { mini, site, zip } = await startSite({ fail });
    expect((await postPackage(mini, site, zip)).status).toBe(expected);
  });

  test("scm-unavailable: 503 twice, then success", async () => {
    const { mini, site, zip } = await startSite({ fail: "scm-unavailable" });
    const statuses = [await postPackage(mini, site, zip), await postPackage(mini, site, zip)].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([503, 503]);
    expect((await publish(mini, site, zip)).status).toBe(SUCCESS);
  });

  test("publish-interrupted: the connection breaks, and the next attempt succeeds", async () => {
    const { mini, site, zip } = await startSite({ fail: "publish-interrupted" });
    await expect(postPackage(mini, site, zip)).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await publish(mini, site, zip)).status).toBe(SUCCESS);
  });

  test.each([
    ["deployment-conflict", CONFLICT, /another deployment/],
    ["storage-forbidden", FAILED, /BlobUploadFailedException/],
    ["build-failed", FAILED, /Oryx/],
  ])("%s: the deployment ends with status %d", async (fail, status, message) => {
    const { mini, site, zip } = await startSite({ fail });
    const end = await publish(mini, site, zip);
    expect(end.status).toBe(status);
    expect(end.build_summary.errors.join("\n")).toMatch(message);
  });
});
