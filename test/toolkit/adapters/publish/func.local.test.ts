import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { identifyProcess } from "@same-kit/shared";
import { expect, test } from "vitest";
import { funcVersion, publishWithFunc } from "../../../../toolkit/src/adapters/publish/func.ts";
import { type FakeFunc, fakeFunc } from "../../../helpers/fake-func.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const TOKEN = "header.payload.signature";

async function publish(func: FakeFunc, signal = new AbortController().signal) {
  const appDir = await makeTempDir();
  await writeFile(path.join(appDir, "host.json"), "{}");
  const [said, slept]: [string[], number[]] = [[], []];
  const options = {
    appName: "same-dev-1",
    subscriptionId: "603a7204-7d0c-4042-abdf-ce788e02a352",
    resourceManager: "https://management.azure.com",
    appDir,
    token: async () => TOKEN,
    env: { ...process.env, ...func.env },
    signal,
    onProgress: (text: string) => said.push(text),
  };
  const sleep = async (ms: number) => void slept.push(ms);
  const error = await publishWithFunc(options, sleep).catch((it: unknown) => it);
  return { error, said, slept, appDir };
}

test("func runs in the app's folder, and the token is in neither an argument nor a variable", async () => {
  const func = await fakeFunc("echo Upload completed successfully.");
  const { error, said, appDir } = await publish(func);
  expect(error).toBeUndefined();
  expect(said).toEqual(["Upload completed successfully."]);
  const [call] = await func.calls();
  expect(call).toMatchObject({
    args: "azure functionapp publish same-dev-1 --subscription 603a7204-7d0c-4042-abdf-ce788e02a352 --management-url https://management.azure.com --no-build --access-token-stdin",
    stdin: TOKEN,
    cwd: appDir,
    files: ["host.json"],
  });
  expect(call?.env).toEqual(
    expect.arrayContaining([
      "FUNCTIONS_WORKER_RUNTIME=node",
      "FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT=1",
      "CLI_DEBUG=0", // It would print app settings in plain text.
    ]),
  );
  expect(call?.env.join("\n")).not.toContain(TOKEN);
});

test("an app that Azure does not list yet is retried", async () => {
  const func = await fakeFunc(
    '[ $n -lt 2 ] && { echo "Can\'t find app with name \\"same-dev-1\\"" >&2; exit 1; }; exit 0',
  );
  const { error, said, slept } = await publish(func);
  expect(error).toBeUndefined();
  expect(slept).toEqual([10_000, 10_000]);
  expect(said).toContain("Azure does not list the new app yet; trying again");
});

test("an app that is not listed after two minutes is reported", async () => {
  const { error, slept } = await publish(await fakeFunc('echo "Can\'t find app with name X"; exit 1'));
  expect(error).toMatchObject({ code: "ERR_DEPLOY_APP_NOT_FOUND" });
  expect(slept).toHaveLength(12);
});

test("any other failure is reported with func's output, and the other way to publish", async () => {
  const { error, slept } = await publish(await fakeFunc("echo Server Response: Forbidden >&2; exit 1"));
  expect(error).toMatchObject({
    code: "ERR_DEPLOY_FUNC_FAILED",
    message: "func could not publish the app. It printed:\nServer Response: Forbidden",
    hint: expect.stringContaining("--publisher direct"),
  });
  expect(slept).toEqual([]);
});

test("an interrupt stops func", async () => {
  const func = await fakeFunc('echo $$ > "$0.pid"; exec sleep 600');
  const stop = new AbortController();
  const publishing = publish(func, stop.signal);
  const pid = await waitFor(
    async () => Number(await readFile(path.join(func.dir, "func.pid"), "utf8").catch(() => "")) || undefined,
  );
  stop.abort(new Error("Interrupted by SIGINT."));
  expect((await publishing).error).toBe(stop.signal.reason);
  await waitFor(() => identifyProcess(pid) === undefined, { what: "func's end" });
});

test("func's version shows whether it is installed", async () => {
  const func = await fakeFunc("");
  expect(await funcVersion({ ...process.env, ...func.env })).toBe("4.14.0");
  expect(await funcVersion({ PATH: await makeTempDir() })).toBeNull();
});
