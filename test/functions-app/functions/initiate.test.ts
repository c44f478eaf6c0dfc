import { HttpRequest } from "@azure/functions";
import type { DurableClient } from "durable-functions";
import { expect, test } from "vitest";
import { toUrlSafeBase64 } from "../../../functions-app/src/contract/base64.ts";
import type { PipelineInput } from "../../../functions-app/src/contract/executor-call.ts";
import { initiate } from "../../../functions-app/src/functions/initiate.ts";

type Start = { name: string; instanceId: string; input: PipelineInput };

/** The part of Durable's client that the initiator uses. */
class FakeClient {
  readonly taskHubName = "Hub";
  readonly starts: Start[] = [];
  constructor(readonly failure?: Error) {}

  async startNew(name: string, options: { instanceId: string; input: PipelineInput }): Promise<string> {
    if (this.failure) throw this.failure;
    this.starts.push({ name, ...options });
    return options.instanceId;
  }

  createCheckStatusResponse(_request: unknown, id: string) {
    const body = JSON.stringify({ id, statusQueryGetUri: `http://localhost/${id}` });
    return { status: 202, headers: new Headers(), body };
  }
}

const step = (name: string) => ({ name, code: toUrlSafeBase64("x = 1"), sources: { "same.yaml": "" } });
const BODY = JSON.stringify({ steps: [step("a"), step("b")] });
const KEY = { "x-functions-key": "k" };

async function post(
  options: { body?: string; headers?: Record<string, string>; method?: string; env?: Record<string, string> } = {},
  client = new FakeClient(),
) {
  const { body = BODY, headers = KEY, method = "POST", env = {} } = options;
  const request = new HttpRequest({
    method,
    url: "https://app.example/api/initiate",
    headers,
    ...(method === "GET" ? {} : { body: { string: body } }),
  });
  const settings = { SAME_ACCESS_KEY: "k", ...env };
  const answer = await initiate(request, client as unknown as DurableClient, settings, { log: () => {} });
  return {
    status: answer.status,
    body: JSON.parse(String(answer.body)),
    headers: answer.headers,
    starts: client.starts,
  };
}

test("a valid body starts the orchestrator with it, and the response contains the status URLs", async () => {
  const { status, body, starts } = await post();
  expect(status).toBe(202);
  expect(starts).toEqual([{ name: "orchestrator", instanceId: body.id, input: JSON.parse(BODY) }]);
  expect(body.id).toMatch(/^[0-9a-f]{32}$/);
});

test("the ID and the environment of the run are taken from headers", async () => {
  const { starts } = await post({ headers: { ...KEY, "x-same-run-id": "my-run_1", "x-same-env": "prod" } });
  expect(starts[0]).toMatchObject({ instanceId: "my-run_1", input: { same_env: "prod" } });
});

test("without the key the response is 401 without any details", async () => {
  const { status, body, headers, starts } = await post({ headers: {}, body: "no JSON" });
  expect({ status, body }).toEqual({ status: 401, body: { title: "Unauthorized", status: 401 } });
  expect(headers).toMatchObject({ "WWW-Authenticate": 'Basic realm="same"' });
  expect(starts).toEqual([]);
});

test.each<[string, Parameters<typeof post>[0], number, string]>([
  ["a run ID that is a path", { headers: { ...KEY, "x-same-run-id": "../x" } }, 400, "x-same-run-id"],
  ["a strange environment", { headers: { ...KEY, "x-same-env": "a b" } }, 400, "x-same-env"],
  ["a body that is not JSON", { body: "steps" }, 400, ""],
  ["a GET without body", { method: "GET" }, 400, ""],
  ["no steps", { body: "{}" }, 400, "steps"],
  ["a body over the limit", { env: { SAME_MAX_BODY_BYTES: "50" } }, 413, ""],
  ["too many steps", { env: { SAME_MAX_STEPS: "1" } }, 413, "steps"],
])("%s is rejected with a JSON problem", async (_, options, status, field) => {
  const answer = await post(options);
  expect(answer.status).toBe(status);
  expect(answer.headers).toMatchObject({ "Content-Type": "application/problem+json" });
  expect(answer.body).toMatchObject({ status, field, detail: expect.any(String) });
  expect(answer.starts).toEqual([]);
});

test("a run ID in use is a conflict", async () => {
  const client = new FakeClient(new Error("The operation failed with an unexpected status code: 409. Details: {}"));
  const { status, body } = await post({ headers: { ...KEY, "x-same-run-id": "r" } }, client);
  expect({ status, field: body.field }).toEqual({ status: 409, field: "x-same-run-id" });
});

test("any other Durable error is left to the host", async () => {
  await expect(post({}, new FakeClient(new Error("storage is down")))).rejects.toThrow("storage is down");
});

test("a manifest that was not sent for the run is rejected", async () => {
  const { status, body, starts } = await post({ headers: { ...KEY, "x-same-files": "../session" } });
  expect([status, body.field, starts]).toEqual([400, "x-same-files", []]);
});

const withFiles = (files: unknown) => JSON.stringify({ ...JSON.parse(BODY), files });

test.each<[string, Parameters<typeof post>[0], string]>([
  ["files that are invalid", { body: withFiles([]) }, "files"],
  ["contents of no file", { body: withFiles({ formatVersion: 1, files: [], contents: { a: "" } }) }, "files"],
  [
    "files and the name of a manifest",
    { body: withFiles({ formatVersion: 1, files: [] }), headers: { ...KEY, "x-same-files": "a".repeat(64) } },
    "x-same-files",
  ],
])("%s are rejected, and nothing is started", async (_, options, field) => {
  const { status, body, starts } = await post(options);
  expect([status, body.field, starts]).toEqual([400, field, []]);
});
