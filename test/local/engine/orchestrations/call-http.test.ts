// `callHttp` of the real SDK, on the real engine; the network is a list of responses.

import type { CallHttpOptions } from "durable-functions";
import { afterEach, expect, test, vi } from "vitest";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

type Asked = { url: string; method: string; headers: Record<string, string>; body: string | null; at: number };
type Answer = { status?: number; headers?: Record<string, string>; body?: string } | Error;

afterEach(() => vi.unstubAllGlobals());

async function run(options: CallHttpOptions, answers: readonly Answer[], isAnyOf = false) {
  const asked: Asked[] = [];
  const invoker = new SdkInvoker({
    activities: { Echo: (value) => value },
    orchestrators: {
      *Calls(context) {
        const http = context.df.callHttp(options);
        // Other work that uses up task numbers while the call is in progress.
        const others = [context.df.callActivity("Echo", 1), context.df.callActivity("Echo", 2)];
        const [answer, ...rest]: unknown[] = yield context.df.Task.all(isAnyOf ? [http, ...others] : [http]);
        return [answer, ...rest, yield context.df.callActivity("Echo", "last")];
      },
    },
  });
  const hub = new EngineHub(invoker);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === "string" ? init.body : null;
    asked.push({ url, method: init.method ?? "", headers, body, at: hub.clock.now().getTime() });
    const answer = answers[asked.length - 1] ?? new Error("no more answers");
    if (answer instanceof Error) throw answer;
    return new Response(answer.body ?? "", {
      status: answer.status ?? 200,
      ...(answer.headers && { headers: answer.headers }),
    });
  });
  hub.start("Calls");
  await hub.run();
  return { hub, asked };
}

test("a response of any status is the result, without its content headers", async () => {
  const answer = { status: 418, headers: { "x-a": "1", "content-type": "text/plain" }, body: "short and stout" };
  const { hub } = await run({ method: "GET", url: "http://teapot.test/" }, [answer]);
  expect(hub.ending()).toMatchObject({
    status: "Completed",
    result: [{ statusCode: 418, headers: { "x-a": "1" }, content: "short and stout" }, "last"],
  });
  expect(hub.history().find((it) => "Name" in it && it.Name === "BuiltIn::HttpActivity")).toBeDefined();
});

test("content is sent as text by default, and an object as JSON text", async () => {
  const { asked } = await run({ method: "POST", url: "http://a.test/", body: { a: 1 } }, [{}]);
  expect(asked[0]).toMatchObject({ method: "POST", body: '{"a":1}', headers: { "content-type": "text/plain" } });
});

test("a request without a response fails the call with the reason", async () => {
  const cause = new Error("connect ECONNREFUSED");
  const { hub } = await run({ method: "GET", url: "http://a.test/" }, [new TypeError("fetch failed", { cause })]);
  expect(hub.ending()).toMatchObject({ status: "Failed", result: expect.stringContaining("ECONNREFUSED") });
});

test("an accepted request is polled until it completes, at the times that the responses specify", async () => {
  const accepted = (after?: string) => ({
    status: 202,
    headers: { location: "/status", ...(after === undefined ? {} : { "retry-after": after }) },
  });
  const { hub, asked } = await run(
    { method: "POST", url: "http://a.test/start", body: "go", headers: { "x-functions-key": "k", authorization: "b" } },
    [accepted("5"), accepted(), { body: "done" }],
    true,
  );
  expect(hub.ending()).toMatchObject({
    status: "Completed",
    result: [{ statusCode: 200, content: "done" }, 1, 2, "last"],
  });
  const [first, second, third] = asked as [Asked, Asked, Asked];
  expect([second.at - first.at, third.at - second.at]).toEqual([5_000, 30_000]);
  expect(second).toMatchObject({ url: "http://a.test/status", method: "GET", body: null });
  expect(second.headers).toEqual({ authorization: "b" });
});

test("each poll is logged, without any possible key from its URL", async () => {
  const headers = { location: "http://user:pass@a.test/status/a%20b?code=secret#part", "retry-after": "1" };
  const { hub } = await run({ method: "GET", url: "http://a.test/start?code=k" }, [{ status: 202, headers }, {}]);
  const polls = hub.logged.filter((it) => it.message.startsWith("Polling HTTP status at location"));
  expect(polls).toMatchObject([
    {
      component: "Host.Triggers.DurableTask",
      level: "info",
      message: "Polling HTTP status at location: http://a.test/status/a%20b",
      fields: { instanceId: "abc", functionName: "Calls" },
    },
  ]);
});

test("another origin receives neither credentials nor cookies", async () => {
  const accepted = { status: 202, headers: { location: "http://b.test/", "retry-after": "1" } };
  const headers = { authorization: "b", cookie: "c", "x-a": "1" };
  const { asked } = await run({ method: "GET", url: "http://a.test/", headers }, [accepted, {}]);
  expect(asked[1]?.headers).toEqual({ "x-a": "1" });
});

test("a call with polling disabled returns the 202 itself", async () => {
  const accepted = { status: 202, headers: { location: "http://a.test/" } };
  const { hub, asked } = await run({ method: "GET", url: "http://a.test/", enablePolling: false }, [accepted]);
  expect(asked).toHaveLength(1);
  expect(hub.ending()).toMatchObject({ status: "Completed", result: [{ statusCode: 202 }, "last"] });
});
