import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { compileSource } from "../../toolkit/src/usecases/compile-source.ts";
import { useStack } from "../helpers/stack.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";
import { readTestdata } from "../helpers/testdata.ts";

// An unmodified upstream client: the request it sends, how it polls, what it reads from the result.
const KEY = "k3y/with+signs";
const stack = useStack({ accessKey: KEY, appSettings: { SAME_ACCESS_KEY: KEY } });

const run = promisify(execFile);

let found: Promise<string> | undefined;

/** The same Python as the app's: a function's bytecode is specific to one minor version. */
function appPython(): Promise<string> {
  found ??= stack
    .complete(readTestdata("features", "singlestep").dir)
    .then(({ python }) => python.executable ?? "python3");
  return found;
}

/** @returns The session's values as seen by the client, or `error`. */
async function runUpstreamClient(feature: string, credentials: string): Promise<Record<string, unknown>> {
  const { dir } = readTestdata("features", feature);
  const { request } = await compileSource({ location: dir, sameEnv: null });
  const body = path.join(await makeTempDir(), "body.json");
  await writeFile(body, JSON.stringify(request));
  const { host } = new URL(stack.address.url);
  const client = path.resolve("test/fixtures/clients/upstream_client.py");
  const dill = path.resolve("dist/functions-app/python/packages");
  const { stdout } = await run(await appPython(), [client, `http://${credentials}${host}`, body, dill]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const withKey = `same:${encodeURIComponent(KEY)}@`;

test.each(["singlestep", "multistep"])("the client reads y of %s from the session", async (feature) => {
  expect(await runUpstreamClient(feature, withKey)).toMatchObject({ x: 1, y: "1" });
});

test("without our header the steps see the environment given in same.yaml", async () => {
  expect(await runUpstreamClient("same_env", withKey)).toMatchObject({ same_env: "staging" });
});

test("the client gets the error message of a failed run", async () => {
  const { error } = await runUpstreamClient("failing_step", withKey);
  expect(error).toContain('Step "same_step_001" failed: ZeroDivisionError');
});

test("a variable that could not travel can be loaded, and raises when it is used", async () => {
  expect(await runUpstreamClient("exploding_variables", withKey)).toMatchObject({
    small: "stays",
    numbers: expect.stringContaining("too large"),
    stream: expect.stringContaining("not supported by dill"),
  });
});

test.each(["", "same:wrong@"])("without the key (%j) the client is rejected", async (credentials) => {
  const { error } = await runUpstreamClient("singlestep", credentials);
  expect(error).toMatch(/^401 /);
});
