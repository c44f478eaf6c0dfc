import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fakeSiteHost } from "../../helpers/fake-site-host.ts";
import { createTestSite, startTestMiniAzure, type TestMiniAzure, type TestSite } from "../../helpers/mini-azure.ts";
import { publish } from "../../helpers/publish.ts";
import { MINIMAL_APP, makeZip, type TestZipEntry } from "../../helpers/zip.ts";

async function deploy(options: { fail?: string; entries?: readonly TestZipEntry[] } = {}) {
  const host = fakeSiteHost();
  const mini = await startTestMiniAzure({
    bootSite: host.bootSite,
    ...(options.fail === undefined ? {} : { fail: options.fail }),
  });
  const site = await createTestSite(mini);
  await publish(mini, site, await makeZip(options.entries ?? MINIMAL_APP));
  return { mini, host, site };
}

async function masterKey(mini: TestMiniAzure, { id }: TestSite): Promise<string> {
  const { body } = await mini.arm("POST", `${id}/host/default/listKeys`);
  return (body as { masterKey: string }).masterKey;
}

async function hostStatus(mini: TestMiniAzure, site: TestSite): Promise<{ state: string; errors: string[] }> {
  const headers = { "x-functions-key": await masterKey(mini, site) };
  const { text } = await mini.send("GET", `https://${site.hostName}/admin/host/status`, { headers });
  return JSON.parse(text);
}

test("before the first package the site is unavailable and has no keys", async () => {
  const mini = await startTestMiniAzure();
  const site = await createTestSite(mini);
  const ping = await mini.send("GET", `https://${site.hostName}/api/initiate`);
  const keys = await mini.arm("POST", `${site.id}/host/default/listKeys`);
  expect([ping.status, keys.status]).toEqual([503, 400]);
});

test("the package boots from a read-only folder with no node_modules above it, with the settings of the site", async () => {
  const { mini, host, site } = await deploy();
  await mini.send("GET", `https://${site.hostName}/api/initiate`);
  const [boot] = host.boots;
  expect(boot?.appSettings).toMatchObject({ SAME_ACCESS_KEY: "secret" });
  expect(existsSync(path.join(boot?.packageDir ?? "", "main.cjs"))).toBe(true);
  const above = (boot?.packageDir ?? "")
    .split(path.sep)
    .map((_, index, parts) => parts.slice(0, index + 1).join(path.sep));
  expect(above.filter((folder) => existsSync(path.join(folder || path.sep, "node_modules")))).toEqual([]);
});

test("the local host's own address does not appear in bodies or headers", async () => {
  const { mini, site } = await deploy();
  const { text, headers } = await mini.send("GET", `https://${site.hostName}/api/other`);
  expect(JSON.parse(text).statusQueryGetUri).toBe(`https://${site.hostName}/status`);
  expect(headers.location).toBe(`https://${site.hostName}/status`);
});

test("the admin API requires the master key, except for the ping", async () => {
  const { mini, site } = await deploy();
  const status = await mini.send("GET", `https://${site.hostName}/admin/host/status`);
  const ping = await mini.send("GET", `https://${site.hostName}/admin/host/ping`);
  expect([status.status, ping.status]).toEqual([401, 200]);
  expect(await hostStatus(mini, site)).toEqual({ state: "Running", errors: [] });
});

test("changed settings restart the host", async () => {
  const { mini, host, site } = await deploy();
  await hostStatus(mini, site);
  const { body } = await mini.arm("POST", `${site.id}/config/appsettings/list`);
  const { properties } = body as { properties: Record<string, string> };
  await mini.arm("PUT", `${site.id}/config/appsettings`, { properties: { ...properties, SAME_ACCESS_KEY: "new" } });
  await hostStatus(mini, site);
  expect(host.boots.map(({ appSettings }) => appSettings["SAME_ACCESS_KEY"])).toEqual(["secret", "new"]);
  expect(host.stops).toBe(1);
});

test("a storage connection string without a key is an error of the host, as in the cloud", async () => {
  const { mini, site } = await deploy();
  const properties = {
    AzureWebJobsStorage: "DefaultEndpointsProtocol=https;AccountName=st;AccountKey=;EndpointSuffix=x",
  };
  await mini.arm("PUT", `${site.id}/config/appsettings`, { properties });
  const { state, errors } = await hostStatus(mini, site);
  expect(state).toBe("Error");
  expect(errors[0]).toContain("AzureWebJobsStorage");
});

test("a package without a main can be deployed, and results in no functions and no error", async () => {
  const { mini, host, site } = await deploy({ entries: MINIMAL_APP.filter(({ path: name }) => name !== "main.cjs") });
  expect(await hostStatus(mini, site)).toMatchObject({ state: "Running", errors: [] });
  expect((await mini.arm("GET", `${site.id}/functions`)).body).toEqual({ value: [] });
  expect(host.boots).toEqual([]);
});

test("Azure lists the functions of the running host", async () => {
  const { mini, site } = await deploy();
  const { body } = await mini.arm("GET", `${site.id}/functions`);
  expect((body as { value: { name: string }[] }).value.map(({ name }) => name)).toEqual(["app-test/initiate"]);
});

test("the site's package is restored with the cloud, and removed with the site", async () => {
  const first = await deploy();
  await first.mini.stop();
  const host = fakeSiteHost();
  const mini = await startTestMiniAzure({ folder: first.mini.folder, bootSite: host.bootSite });
  expect(await hostStatus(mini, first.site)).toMatchObject({ state: "Running" });
  await mini.arm("DELETE", first.site.id);
  expect(host.stops).toBe(1);
  expect(existsSync(path.join(mini.folder, "packages", "app-test"))).toBe(false);
  await expect(mini.send("GET", `https://${first.site.hostName}/`)).rejects.toThrow("ECONNREFUSED");
});

describe("drills", () => {
  test("host-error: the host is in an error state, and the call succeeds", async () => {
    const { mini, site } = await deploy({ fail: "host-error" });
    expect((await hostStatus(mini, site)).state).toBe("Error");
  });

  test("host-silent: no keys, no response", async () => {
    const { mini, site } = await deploy({ fail: "host-silent" });
    const { status } = await mini.send("GET", `https://${site.hostName}/admin/host/ping`);
    expect([status, (await mini.arm("POST", `${site.id}/host/default/listKeys`)).status]).toEqual([503, 400]);
  });

  test("zero-functions: Running, but no functions", async () => {
    const { mini, site } = await deploy({ fail: "zero-functions" });
    expect(await hostStatus(mini, site)).toMatchObject({ state: "Running", errors: [] });
    expect((await mini.arm("GET", `${site.id}/functions`)).body).toEqual({ value: [] });
  });

  test.each([
    ["smoke-timeout", 202, "Running"],
    ["smoke-failed", 200, "Failed"],
  ])("%s: the status of an instance reflects it", async (fail, status, runtimeStatus) => {
    const { mini, site } = await deploy({ fail });
    const answer = await mini.send("GET", `https://${site.hostName}/runtime/webhooks/durabletask/instances/abc`);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).runtimeStatus).toBe(runtimeStatus);
  });
});
