import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DebuggerClient } from "../../helpers/debugger-client.ts";
import { writeApp } from "../../helpers/function-app.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

// func as used by an editor or a test harness: a process, its output, HTTP, its exit code.

const LAUNCHER = path.resolve("bin", "same-kit.cjs");
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(SAME_|FUNCTIONS_|languageWorkers|CI$)/i.test(name)),
);
const READY = /Host lock lease acquired by instance ID '[0-9A-F]+'/;

type Func = { process: ChildProcess; output(): string; errors(): string; code: Promise<number | null> };

function func(cwd: string, args: string, variables: NodeJS.ProcessEnv = {}): Func {
  const words = args.split(" ").filter((word) => word !== "");
  const child = spawn(process.execPath, [LAUNCHER, "func", ...words], {
    cwd,
    env: { ...ENV, SAME_KIT_STORAGE: "none", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text) => {
      texts[name] += text;
    });
  }
  const code = once(child, "close").then(([exitCode]) => exitCode as number | null);
  return { process: child, output: () => texts.stdout, errors: () => texts.stderr, code };
}

const waitForLine = (it: Func, line: RegExp | string): Promise<string> => waitFor(() => it.output().match(line)?.[0]);

/** The URL in the printed list. */
const urlOf = (it: Func, name: string): string =>
  new RegExp(`\\t${name}: (?:\\[.*\\] )?(\\S+)`).exec(it.output())?.[1] ?? "";

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const MAIN = `const { app } = require("@azure/functions");
app.hook.appTerminate(() => console.log("terminated"));
app.http("greet", { methods: ["GET", "POST"], handler: async (request) => {
  const name = request.query.get("name");
  return { body: "hello " + name };
} });
app.get("other", () => ({ body: process.env.SETTING }));
`;
// On this line \`name\` has its value.
const BREAKPOINT_LINE = 4;

test("a debugger attaches with an editor's launch configuration, and again after a reload", async () => {
  const appDir = await writeApp({ "main.js": MAIN });
  const inspectPort = await freePort();
  const host = func(appDir, "host start --port 0", { languageWorkers__node__arguments: `--inspect=${inspectPort}` });
  await waitForLine(host, READY);
  const client = await DebuggerClient.attach(inspectPort);
  onTestFinished(() => client.close());
  const set = await client.send<{ breakpointId: string }>("Debugger.setBreakpointByUrl", {
    lineNumber: BREAKPOINT_LINE,
    urlRegex: ".*main\\.js$",
  });
  const answer = fetch(`${urlOf(host, "greet")}?name=Ann`);
  const { callFrames } = await client.event<{ callFrames: { callFrameId: string }[] }>("Debugger.paused");
  const { result } = await client.send<{ result: { value: string } }>("Debugger.evaluateOnCallFrame", {
    callFrameId: callFrames[0]?.callFrameId,
    expression: "name = name + '!'",
  });
  expect(result.value).toBe("Ann!");
  await client.send("Debugger.removeBreakpoint", set);
  await client.send("Debugger.resume");
  expect(await (await answer).text()).toBe("hello Ann!");

  await writeFile(path.join(appDir, "main.js"), MAIN.replace("hello ", "good day "));
  await waitFor(() => host.output().split("Worker process started and initialized.").length === 3);
  (await DebuggerClient.attach(inspectPort)).close();
  expect(await (await fetch(`${urlOf(host, "greet")}?name=Ann`)).text()).toBe("good day Ann");
});

test("the script options of a Teams project work, and Ctrl-C exits with 0 after the app has ended", async () => {
  const appDir = await writeApp({ "main.js": MAIN, "local.settings.json": '{"Values":{"SETTING":"set"}}' });
  const host = func(
    await makeTempDir(),
    `start --typescript --language-worker=--inspect=${await freePort()} --port 0 --cors * --functions other --script-root ${appDir}`,
  );
  await waitForLine(host, READY);
  expect(host.output()).not.toContain("greet");
  const url = urlOf(host, "other");
  const answer = await fetch(url, { headers: { origin: "https://teams.test" } });
  expect([await answer.text(), answer.headers.get("access-control-allow-origin")]).toEqual(["set", "*"]);
  await waitForLine(host, /\[[\d-]+T[\d:.]+Z\] Executed 'Functions.other' \(Succeeded, Id=[\w-]+, Duration=\d+ms\)/);
  host.process.kill("SIGINT");
  expect(await host.code).toBe(0);
  expect(host.output()).toContain("terminated");
  expect(host.errors()).toBe("");
});

test("--useHttps and --enableAuth serve HTTPS and require keys", async () => {
  const appDir = await writeApp({ "main.js": MAIN.replace("{ methods", '{ authLevel: "function", methods') });
  const host = func(appDir, "start --useHttps --enableAuth --port 0");
  await waitForLine(host, READY);
  expect(urlOf(host, "greet")).toMatch(/^https:\/\/localhost:\d+\/api\/greet$/);
  const client = spawn(
    process.execPath,
    ["-e", `fetch(${JSON.stringify(urlOf(host, "greet"))}).then((it) => console.log(it.status))`],
    {
      env: { ...ENV, NODE_EXTRA_CA_CERTS: path.join(appDir, ".same-kit", "https.pem") },
    },
  );
  const [printed] = await once(client.stdout, "data");
  expect(String(printed).trim()).toBe("401");
});

test.each([
  ["a folder without host.json", "start", 1, "has no host.json"],
  ["an option unknown to func", "start --wat", 3, "There is no option --wat"],
  ["creating a project", "init", 1, "does not create them"],
])("%s exits with func's code", async (_, args, code, problem) => {
  const ended = func(await makeTempDir(), args);
  expect({ code: await ended.code, output: ended.output() }).toEqual({ code, output: "" });
  expect(ended.errors()).toContain(problem);
});

test("a port in use exits with 1 and reports the port", async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const ended = func(await writeApp({ "main.js": MAIN }), `start -p ${port}`);
  expect(await ended.code).toBe(1);
  expect(ended.errors()).toContain(`Port ${port} is unavailable.`);
});
