import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { publishDirectly } from "../../../../toolkit/src/adapters/publish/direct.ts";
import { acceleratedWaits } from "../../../../toolkit/src/deployment/accelerated-waits.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

type Answer = { status?: number; body?: unknown; broken?: string };

/** Responses in order; the last one is repeated. */
async function publish(plan: "flex" | "premium", upload: Answer[], deployment: Answer[], log: unknown[] = []) {
  const asked: string[] = [];
  const retries: string[] = [];
  const next = (answers: Answer[]) => (answers.length > 1 ? answers.shift() : answers[0]) as Answer;
  const fakeFetch: typeof fetch = async (url, init) => {
    const { pathname, search, host } = new URL(String(url));
    asked.push(`${init?.method} ${host}${pathname}${search}`);
    const isLog = pathname.endsWith("/log");
    const {
      status = 200,
      body = null,
      broken,
    } = isLog ? { body: log } : next(init?.method === "POST" ? upload : deployment);
    if (broken !== undefined)
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("gone"), { code: broken }) });
    return Response.json(body, { status });
  };
  const zipFile = path.join(await makeTempDir(), "app.zip");
  await writeFile(zipFile, "zip");
  const outcome = publishDirectly(zipFile, {
    host: "app.scm.example",
    token: async () => "token",
    fetch: fakeFetch,
    plan,
    waiting: acceleratedWaits(5_000),
    signal: new AbortController().signal,
    onProgress: () => {},
    onRetry: (text) => retries.push(text),
  });
  const result = await outcome.catch((error: { code: string; message: string }) => error);
  return { result, asked, retries };
}

const accepted: Answer = { status: 202, body: "id-1" };
const done: Answer = { body: { id: "id-1", status: 4 } };

test("on Flex the package is sent to /api/publish, which returns the deployment's ID", async () => {
  const { result, asked } = await publish("flex", [accepted], [{ status: 404 }, { body: { status: 1 } }, done]);
  expect(result).toBe("id-1");
  expect(asked).toEqual([
    "POST app.scm.example/api/publish?RemoteBuild=false&Deployer=same-kit",
    ...Array(3).fill("GET app.scm.example/api/deployments/id-1"),
  ]);
});

test("on other plans the package is sent to /api/zipdeploy, and the latest deployment is polled", async () => {
  const { asked } = await publish("premium", [{ status: 202 }], [done]);
  expect(asked).toEqual([
    "POST app.scm.example/api/zipdeploy?isAsync=true&deployer=same-kit&author=same-kit",
    "GET app.scm.example/api/deployments/latest",
  ]);
});

test("a deployment that is no longer listed is verified by the host", async () => {
  const { result } = await publish("flex", [accepted], [{ body: { status: 1 } }, { status: 404 }]);
  expect(result).toBe("id-1");
});

test.each([
  [401, "ERR_DEPLOY_SCM_UNAUTHORIZED"],
  [403, "ERR_DEPLOY_SCM_FORBIDDEN"],
  [413, "ERR_DEPLOY_PACKAGE_TOO_LARGE"],
  [415, "ERR_DEPLOY_SCM_UNAVAILABLE"],
])("a rejection with %i is reported immediately", async (status, code) => {
  const { result, retries } = await publish("flex", [{ status }], [done]);
  expect(result).toMatchObject({ code });
  expect(retries).toEqual([]);
});

test.each([409, 502, 503, 404])("%i is retried until it succeeds", async (status) => {
  const { result, retries } = await publish("premium", [{ status }, { status }, accepted], [done]);
  expect(result).toBe("id-1");
  expect(retries).toHaveLength(2);
});

test("a broken connection is retried for two minutes, then reported", async () => {
  const { result, retries } = await publish("flex", [{ broken: "ECONNRESET" }], [done]);
  expect(result).toMatchObject({
    code: "ERR_DEPLOY_SCM_UNAVAILABLE",
    message: expect.stringContaining("ECONNRESET gone"),
  });
  expect(retries.length).toBeGreaterThan(20);
});

test("an untrusted certificate is not retried", async () => {
  const { result, asked } = await publish("flex", [{ broken: "SELF_SIGNED_CERT_IN_CHAIN" }], [done]);
  expect(result).toBeInstanceOf(TypeError);
  expect(asked).toHaveLength(1);
});

test.each([
  [3, "ERR_DEPLOY_FAILED"],
  [-1, "ERR_DEPLOY_FAILED"],
  [6, "ERR_DEPLOY_FAILED"],
])("status %i is a failure, reported with the end of its log", async (status, code) => {
  const { result } = await publish("flex", [accepted], [{ body: { status } }], [{ message: "host.json is missing" }]);
  expect(result).toMatchObject({ code, message: expect.stringContaining("host.json is missing") });
});

test("a full disk is reported as a package that is too large", async () => {
  const log = [{ message: "write ENOSPC: no space left on device" }];
  const { result } = await publish("flex", [accepted], [{ body: { status: 3 } }], log);
  expect(result).toMatchObject({ code: "ERR_DEPLOY_PACKAGE_TOO_LARGE" });
});
