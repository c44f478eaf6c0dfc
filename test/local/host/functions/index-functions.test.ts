import { expect, test } from "vitest";
import { loadHostJson } from "../../../../local/src/host/config/host-json.ts";
import { formatFunctionList, toHostedFunction } from "../../../../local/src/host/functions/function-list.ts";
import { indexFunctions } from "../../../../local/src/host/functions/index-functions.ts";
import type { BindingInfo, FunctionMetadata } from "../../../../local/src/worker/messages.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

function httpFunction(name: string, options: Record<string, unknown> = {}): FunctionMetadata {
  return fn(name, [
    { type: "httpTrigger", name: "req", direction: "in", ...options },
    { type: "http", name: "$return", direction: "out" },
  ]);
}

function fn(name: string, bindings: BindingInfo[]): FunctionMetadata {
  return { functionId: name, name, bindings, scriptFile: "main.js", directory: "/app" };
}

const trigger = (type: string, options: Record<string, unknown> = {}): BindingInfo => ({
  type,
  name: "trigger",
  direction: "in",
  ...options,
});

async function index(functions: FunctionMetadata[], env: Record<string, string> = {}) {
  const hostJson = await loadHostJson(await makeTempDir(), env);
  return indexFunctions({ functions, hostJson, env, startedTriggerTypes: new Set(["activitytrigger"]) });
}

async function errorsOf(...functions: FunctionMetadata[]) {
  return (await index(functions)).map((it) => it.errors.join("; "));
}

test("functions are sorted by name, case-insensitively", async () => {
  const indexed = await index([httpFunction("b"), httpFunction("C"), httpFunction("a")]);
  expect(indexed.map((it) => it.name)).toEqual(["a", "b", "C"]);
});

test.each([
  ["a bad name", httpFunction("1st"), '"1st" is not a valid function name'],
  ["the name host", httpFunction("Host"), "not a valid function name"],
  ["no trigger", fn("f", []), "0 triggers"],
  ["two triggers", fn("f", [trigger("aTrigger"), { ...trigger("bTrigger"), name: "other" }]), "2 triggers"],
  [
    "two equal binding names",
    fn("f", [trigger("aTrigger"), { type: "blob", name: "TRIGGER", direction: "in" }]),
    "are named",
  ],
  ["a bad binding name", fn("f", [{ ...trigger("aTrigger"), name: "a_b" }]), '"a_b" is not a valid binding name'],
  [
    "a $return that is an input",
    fn("f", [trigger("aTrigger"), { type: "x", name: "$return", direction: "in" }]),
    '"out"',
  ],
  ["an unknown setting", fn("f", [trigger("timerTrigger", { schedule: "%NOPE%" })]), '"%NOPE%"'],
  ["a reserved route", httpFunction("f", { route: "/Administrators" }), '"admin" or "runtime"'],
  ["a reserved name", httpFunction("runtime1"), '"admin" or "runtime"'],
  ["an extra slash", httpFunction("f", { route: "/x" }), "two slashes"],
  ["an unknown constraint", httpFunction("f", { route: "{a:b}" }), "not a known constraint"],
])("%s is reported as a function error", async (_, metadata, problem) => {
  expect((await errorsOf(metadata))[0]).toContain(problem);
});

test("the second of two functions with the same route and method has an error", async () => {
  const get = httpFunction("a", { route: "x/", methods: ["GET"] });
  const post = httpFunction("b", { route: "X", methods: ["POST"] });
  const all = httpFunction("c", { route: "x" });
  expect(await errorsOf(get, post, all)).toEqual([
    "",
    "",
    'the route "x" with the same methods belongs to function "a"',
  ]);
});

test("the second of two names that differ only in case has an error", async () => {
  expect((await errorsOf(httpFunction("f", { route: "a" }), httpFunction("F", { route: "b" })))[1]).toContain(
    "same name",
  );
});

test("the list shows which functions are served, and why the others are not", async () => {
  const indexed = await index(
    [
      httpFunction("hello", { methods: ["get", "POST"], route: "greet/{name?}" }),
      httpFunction("any"),
      httpFunction("off"),
      httpFunction("wrong", { route: "/x" }),
      fn("work", [trigger("activityTrigger")]),
      fn("tick", [trigger("timerTrigger", { schedule: "0 * * * * *" })]),
    ],
    { "AzureWebJobs.off.Disabled": "1" },
  );
  const hosted = indexed.map((it) => toHostedFunction(it, "http://localhost:7071", undefined));
  expect(formatFunctionList(hosted)).toMatchInlineSnapshot(`
    "
    Functions:

    	any: http://localhost:7071/api/any

    	hello: [GET,POST] http://localhost:7071/api/greet/{name?}

    	tick: timerTrigger (not started locally; run it with POST /admin/functions/tick)

    	work: activityTrigger

    Function off is disabled.
    The 'wrong' function is in error: The route template "api//x" is invalid: two slashes are adjacent.
    "
  `);
});
