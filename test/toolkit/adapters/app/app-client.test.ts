import type { FilesRequest } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { AppClient } from "../../../../toolkit/src/adapters/app/app-client.ts";

const URLS = {
  id: "one",
  statusQueryGetUri: "http://app/instances/one?code=k",
  terminatePostUri: "http://app/instances/one/terminate?reason={text}&code=k",
  suspendPostUri: "http://app/suspend",
  resumePostUri: "http://app/resume?reason={text}",
  purgeHistoryDeleteUri: "http://app/purge",
};
const REQUEST = { steps: [{ name: "s", code: "", sources: { "same.yaml": "" } }] };
const { signal } = new AbortController();

/** A client whose app returns these responses in turn; `sent` contains its requests. */
function clientOf(answers: (Response | Error)[], accessKey: string | null = null) {
  const sent: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    sent.push({ url: String(url), init });
    const answer = answers.shift() as Response | Error;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: new AppClient({ address: { url: "http://app", accessKey }, fetch }), sent };
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const statusOf = (more: object) =>
  json(200, {
    instanceId: "one",
    runtimeStatus: "Running",
    createdTime: "t",
    lastUpdatedTime: "t",
    customStatus: null,
    output: null,
    ...more,
  });

test("a run is sent as by an upstream client, with our additional headers", async () => {
  const { client, sent } = clientOf([json(202, URLS)], "key");
  await expect(client.start(REQUEST, { runId: "one", sameEnv: "prod", signal })).resolves.toEqual(URLS);
  expect(sent[0]?.url).toBe("http://app/api/initiate");
  expect(sent[0]?.init).toMatchObject({
    method: "POST",
    body: JSON.stringify(REQUEST),
    headers: {
      "content-type": "application/json",
      "x-functions-key": "key",
      "x-same-run-id": "one",
      "x-same-env": "prod",
    },
  });
});

const FILES: FilesRequest = { formatVersion: 1, files: [], contents: {} };

test("a run is started together with its files, and the response names their manifest", async () => {
  const answer = new Response(JSON.stringify(URLS), { status: 202, headers: { "x-same-files": "m" } });
  const { client, sent } = clientOf([answer]);
  const { started, manifest } = (await client.startWithFiles(REQUEST, FILES, { signal })) ?? {};
  expect([started, manifest]).toEqual([URLS, "m"]);
  expect(JSON.parse(String(sent[0]?.init.body))).toEqual({ ...REQUEST, files: FILES });
});

test("an app that ignores the files does not confirm them", async () => {
  const { client } = clientOf([json(202, URLS)]);
  expect(await client.startWithFiles(REQUEST, FILES, { signal })).toEqual({ started: URLS, manifest: null });
});

test.each([
  ["of an earlier version", json(400, { title: "Bad", field: "files" })],
  ["with a smaller limit", json(413, { title: "Large" })],
  ["behind a host with a smaller limit", new Response("", { status: 413 })],
])("an app %s starts no run together with its files", async (_, answer) => {
  expect(await clientOf([answer]).client.startWithFiles(REQUEST, FILES, { signal })).toBeNull();
});

test("an app that rejects a run for another reason is not sent the files again", async () => {
  const { client } = clientOf([json(400, { title: "Bad", detail: "no steps", field: "steps" })]);
  await expect(client.startWithFiles(REQUEST, FILES, { signal })).rejects.toMatchObject({ code: "ERR_APP_REFUSED" });
});

test.each([
  ["401", json(401, {}), "ERR_APP_UNAUTHORIZED", "without an access key"],
  [
    "400 with a problem",
    json(400, { title: "Bad", detail: "steps is missing" }),
    "ERR_APP_REFUSED",
    "answered 400: steps is missing",
  ],
  ["200", json(200, URLS), "ERR_APP_REFUSED", "answered 200"],
  ["202 without addresses", json(202, {}), "ERR_APP_ANSWER", "its id is invalid"],
  ["202 without JSON", new Response("ok", { status: 202 }), "ERR_APP_ANSWER", "it is not valid JSON"],
  [
    "nothing",
    new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
    "ERR_APP_UNREACHABLE",
    "connect ECONNREFUSED",
  ],
  [
    "plain text instead of TLS",
    new TypeError("fetch failed", {
      cause: Object.assign(new Error("40DD:error:0A00010B"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" }),
    }),
    "ERR_APP_UNREACHABLE",
    "http://app does not answer: it does not speak HTTPS.",
  ],
  [
    "a port that fetch rejects",
    new TypeError("fetch failed", { cause: new Error("bad port") }),
    "ERR_APP_UNREACHABLE",
    "its port is one that HTTP clients refuse to connect to",
  ],
])("%s is not accepted as a started run", async (_title, answer, code, text) => {
  const { client } = clientOf([answer]);
  await expect(client.start(REQUEST, { signal })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(text),
  });
});

test("a run whose stored data is gone cannot be continued", async () => {
  const { client } = clientOf([json(410, { detail: "The variables after a are not stored any more." })]);
  const options = { continues: { id: "one", steps: 1 }, signal };
  await expect(client.start(REQUEST, options)).rejects.toMatchObject({
    code: "ERR_RUN_UNKNOWN",
    message: "The variables after a are not stored any more.",
  });
});

test("a status contains the number of completed steps, and does not request the input", async () => {
  const { client, sent } = clientOf([
    statusOf({ customStatus: { step: { name: "s", index: 2, total: 3 }, completed: [], completedCount: 2 } }),
  ]);
  await expect(client.status(URLS, signal)).resolves.toMatchObject({ runtimeStatus: "Running", completedCount: 2 });
  expect(sent[0]?.url).toBe("http://app/instances/one?code=k&showInput=false");
});

test.each([null, "text", { completed: [] }])("a foreign custom status (%j) is ignored", async (customStatus) => {
  await expect(clientOf([statusOf({ customStatus })]).client.status(URLS, signal)).resolves.toMatchObject({
    completedCount: 0,
  });
});

test("a run unknown to the app is null", async () => {
  await expect(clientOf([json(404, {})]).client.status(URLS, signal)).resolves.toBeNull();
});

test("a reason is escaped, and a run that has already ended is not an error", async () => {
  const { client, sent } = clientOf([new Response("", { status: 410 })]);
  await client.terminate(URLS, "a b&c", signal);
  expect(sent[0]).toMatchObject({
    url: "http://app/instances/one/terminate?reason=a%20b%26c&code=k",
    init: { method: "POST" },
  });
});

test("an abort reason is passed on unchanged", async () => {
  const controller = new AbortController();
  controller.abort(new Error("stop"));
  await expect(clientOf([new Error("aborted")]).client.status(URLS, controller.signal)).rejects.toThrow("stop");
});

test("a host that lost its storage is reported with its own message", async () => {
  const exception = { Message: "Something went wrong", ExceptionMessage: "connect ECONNREFUSED 127.0.0.1:10002" };
  const { client } = clientOf([json(500, exception)]);
  await expect(client.status(URLS, signal)).rejects.toMatchObject({
    code: "ERR_APP_REFUSED",
    message: "http://app answered 500: connect ECONNREFUSED 127.0.0.1:10002",
  });
});

const DETAILS = { id: "one", runtimeStatus: "Failed", steps: [], failed: null, unfinished: null };

test("details of a run's steps are requested with the key", async () => {
  const { client, sent } = clientOf([json(200, DETAILS)], "key");
  expect(await client.details("one", signal)).toEqual(DETAILS);
  expect(sent[0]?.url).toBe("http://app/api/runs/one");
  expect(sent[0]?.init.headers).toEqual({ "x-functions-key": "key" });
});

test("an unknown run has no details, and an unexpected response is an error", async () => {
  expect(await clientOf([json(404, {})]).client.details("one", signal)).toBeNull();
  await expect(clientOf([json(200, { id: 1 })]).client.details("one", signal)).rejects.toMatchObject({
    code: "ERR_APP_ANSWER",
  });
  await expect(clientOf([json(401, {})]).client.details("one", signal)).rejects.toMatchObject({
    code: "ERR_APP_UNAUTHORIZED",
  });
});

test("a blob of a run is read in parts, by its name without the run's prefix", async () => {
  const part = (text: string) => new Response(text, { headers: { "x-blob-size": "5" } });
  const { client, sent } = clientOf([part("abc"), part("de")]);
  const parts: string[] = [];
  for await (const it of client.readBlob("one", "one/details-1.json", signal)) parts.push(Buffer.from(it).toString());
  expect(parts).toEqual(["abc", "de"]);
  expect(sent.map(({ url }) => url)).toEqual([
    "http://app/api/runs/one/blobs/details-1.json?offset=0",
    "http://app/api/runs/one/blobs/details-1.json?offset=3",
  ]);
});

test("a truncated blob is an error", async () => {
  const { client } = clientOf([new Response("", { headers: { "x-blob-size": "5" } })]);
  const read = async () => {
    for await (const _ of client.readBlob("one", "x", signal)) expect.unreachable();
  };
  await expect(read()).rejects.toThrow("ends after 0 of 5 bytes");
});

test("the cache is read and cleared with the key, and an app without a cache is an older version", async () => {
  const summary = { results: 1, sizeBytes: 2, oldestAt: "t", newestAt: "t", maxBytes: 3, maxDays: 4 };
  const answers = [json(200, summary), json(200, { results: 1, freedBytes: 2 }), json(404, {}), json(401, {})];
  const { client, sent } = clientOf(answers, "key");
  expect(await client.cache(signal)).toEqual(summary);
  expect(await client.clearCache(signal)).toEqual({ results: 1, freedBytes: 2 });
  expect(sent.map(({ url, init }) => [url, init.method])).toEqual([
    ["http://app/api/cache", "GET"],
    ["http://app/api/cache", "DELETE"],
  ]);
  expect(sent[0]?.init.headers).toMatchObject({ "x-functions-key": "key" });
  await expect(client.clearCache(signal)).rejects.toMatchObject({ code: "ERR_APP_REFUSED" });
  await expect(client.cache(signal)).rejects.toMatchObject({ code: "ERR_APP_UNAUTHORIZED" });
});
