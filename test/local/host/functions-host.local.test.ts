import { chmod, cp, writeFile } from "node:fs/promises";
import path from "node:path";
import { generateCertificate } from "@same-kit/shared";
import { transform } from "esbuild";
import { expect, test } from "vitest";
import { trustHost } from "../../../local/src/emulator/trust-host.ts";
import { fixtureApp, startTestHost, writeApp } from "../../helpers/function-app.ts";
import { makeTempDirWith } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const REQUIRE = 'const { app } = require("@azure/functions");';

test("a package of ES modules loads, with CommonJS files, top-level await and the core module", async () => {
  const { url, functions, entries } = await startTestHost({ appDir: fixtureApp("esm") });
  expect(functions.map((it) => it.url)).toEqual([`${url}/first`, `${url}/second`]);
  expect(await (await fetch(`${url}/first`)).text()).toBe("from a module");
  expect(await (await fetch(`${url}/second`)).text()).toBe("from CommonJS");
  // Node would warn of an import by a script that was compiled before.
  expect(entries.filter(({ level }) => level === "warn")).toEqual([]);
});

test("hooks run in order, replace handlers, handle failures and change the app's own log lines", async () => {
  const host = await startTestHost({ appDir: fixtureApp("hooks") });
  const { url, entries } = host;
  expect(await (await fetch(`${url}/api/order`)).json()).toEqual(["pre", "handler"]);
  expect(await (await fetch(`${url}/api/order`)).json()).toEqual(["post: kept for this call", "pre", "handler"]);
  expect(await (await fetch(`${url}/api/replaced`)).text()).toBe("from the hook");
  expect(await (await fetch(`${url}/api/rescued`)).text()).toBe("rescued");
  const line = entries.find((entry) => entry.source === "user");
  expect(line).toMatchObject({ level: "warn", component: "Function.order.User", message: "my *** is out" });
  expect(line?.fields["invocationId"]).toMatch(/^[0-9a-f-]{36}$/);
  await host.stop();
  const printed = await waitFor(() => entries.find((entry) => entry.source === "console"));
  expect(printed.message).toBe("appTerminate after appStart");
});

test.each([
  ["a pattern without files", { "package.json": '{"main":"dist/*.js"}' }, 'pattern "dist/*.js"'],
  ["a missing file", { "package.json": '{"main":"nope.js"}' }, 'does not exist: "nope.js"'],
  ["a main without a file extension", { "package.json": '{"main":"main"}', "main.js": "" }, 'Write "main.js"'],
  ["a package.json that is not JSON", { "package.json": '{"main":"main.js",}' }, "package.json cannot be read: "],
  ["no main", { "package.json": "{}" }, 'has no "main"'],
  ["an entry that throws", { "main.js": "throw new Error('broken entry');" }, "broken entry"],
  ["a syntax error", { "main.js": "const = 1;" }, 'entry point "main.js"'],
  [
    "a syntax error in an ES module",
    { "package.json": '{"main":"main.mjs"}', "main.mjs": "import './part.mjs';", "part.mjs": "\n\nconst = 1;" },
    "part.mjs:3",
  ],
  ["no registration", { "main.js": "" }, "registered no function"],
  [
    "a duplicate name",
    { "main.js": `${REQUIRE} app.get("a", () => {}); app.get("a", () => {});` },
    "already been registered",
  ],
  ["host.json without a version", { "host.json": "{}" }, '"version"'],
  ["a process that exits", { "main.js": "console.log('last words'); process.exit(7);" }, "last words"],
])("%s stops the start with a clear error", async (_, files, problem) => {
  const appDir = await writeApp(files as Record<string, string>);
  await expect(startTestHost({ appDir })).rejects.toThrow(problem);
});

test("the error of a failed start shows the app's own stack frames only", async () => {
  const appDir = await writeApp({ "main.js": "function deep() { throw new Error('broken'); }\ndeep();" });
  const error: Error = await startTestHost({ appDir }).catch((it) => it);
  expect(error.message.replaceAll(appDir, "APP")).toBe(
    [
      'Worker was unable to load entry point "main.js":',
      "Error: broken",
      "    at deep (APP/main.js:1:25)",
      "    at Object.<anonymous> (APP/main.js:2:1)",
    ].join("\n"),
  );
});

test.each([
  ["a pattern that also matches a folder", "functions/*"],
  ["a folder", "./functions"],
])("%s loads the files it contains", async (_, main) => {
  const register = (name: string) => `${REQUIRE} app.get("${name}", () => ({}));`;
  const appDir = await writeApp({
    "package.json": JSON.stringify({ main }),
    "functions/b.js": register("b"),
    "functions/a.js": `require("./parts.js/c.js"); ${register("a")}`,
    "functions/parts.js/c.js": "",
  });
  const { functions } = await startTestHost({ appDir });
  expect(functions.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a missing app folder is an error", async () => {
  await expect(startTestHost({ appDir: "/nonexistent" })).rejects.toMatchObject({ code: "ERR_APP_NOT_FOUND" });
});

test("a registration after startup throws in the app and does not affect the host", async () => {
  const appDir = await writeApp({
    "main.js": `${REQUIRE}
      app.get("late", () => {
        try { app.get("more", () => {}); return { body: "registered" }; } catch (error) { return { body: error.message }; }
      });`,
  });
  const { url } = await startTestHost({ appDir });
  expect(await (await fetch(`${url}/api/late`)).text()).toContain("only be registered during app startup");
});

test("settings, the working directory and the host's name reach the app", async () => {
  const appDir = await writeApp({
    "local.settings.json": '{"Values":{"FROM_FILE":"file","AzureWebJobsStorage":"file"}}',
    "main.js": `${REQUIRE} app.get("env", () => ({ jsonBody: [process.env.FROM_FILE, process.env.AzureWebJobsStorage,
      process.env.WEBSITE_HOSTNAME, process.cwd(), typeof process.send] }));`,
  });
  const { url, port } = await startTestHost({ appDir, appSettings: { AzureWebJobsStorage: "caller" } });
  const seen = await (await fetch(`${url}/api/env`)).json();
  expect(seen).toEqual(["file", "caller", `localhost:${port}`, appDir, "undefined"]);
});

test("an uncaught error ends only the worker, fails its running calls immediately, and the next call succeeds", async () => {
  const appDir = await writeApp({
    "main.js": `${REQUIRE}
      app.get("dies", () => new Promise(() => setTimeout(() => { throw new Error("uncaught words"); })));
      app.get("waits", () => new Promise(() => {}));
      app.get("pid", () => ({ body: String(process.pid) }));`,
  });
  const { url, entries } = await startTestHost({ appDir });
  const before = await (await fetch(`${url}/api/pid`)).text();
  const waiting = fetch(`${url}/api/waits`);
  expect((await fetch(`${url}/api/dies`)).status).toBe(500);
  expect((await waiting).status).toBe(500);
  const after = await fetch(`${url}/api/pid`);
  expect(after.status).toBe(200);
  expect(await after.text()).not.toBe(before);
  expect(entries.some((entry) => entry.message.includes("Uncaught exception: Error: uncaught words"))).toBe(true);
});

test("a worker that crashes too often is given up, and requests are answered with 503", async () => {
  const appDir = await writeApp({ "main.js": `${REQUIRE} app.get("dies", () => process.exit(3));` });
  const host = await startTestHost({ appDir, maxWorkerCrashes: 1 });
  expect((await fetch(`${host.url}/api/dies`)).status).toBe(500);
  expect((await fetch(`${host.url}/api/dies`)).status).toBe(500);
  expect(await host.failed).toMatchObject({
    code: "ERR_WORKER_CRASHED",
    message: expect.stringContaining("exited with code 3"),
  });
  expect((await fetch(`${host.url}/api/dies`)).status).toBe(503);
  const status = await (await fetch(`${host.url}/admin/host/status`)).json();
  expect(status).toMatchObject({ state: "Error", errors: [expect.stringContaining("2 times")] });
});

test("functionTimeout fails the call and replaces the worker, which does not count as a crash", async () => {
  const appDir = await writeApp({
    "host.json": '{"version":"2.0","functionTimeout":"00:00:01"}',
    "main.js": `${REQUIRE} app.get("endless", () => { for (;;); }); app.get("ok", () => ({ body: "ok" }));`,
  });
  const { url, entries } = await startTestHost({ appDir, maxWorkerCrashes: 0 });
  expect((await fetch(`${url}/api/endless`)).status).toBe(500);
  expect(await (await fetch(`${url}/api/ok`)).text()).toBe("ok");
  expect(entries.some((entry) => entry.message.includes("Timeout value of 1 s exceeded"))).toBe(true);
});

test("a reload serves the new code while the old worker finishes its calls", async () => {
  const source = (version: number) => `${REQUIRE}
    app.get("version", () => ({ body: "${version}" }));
    app.get("slow", () => new Promise((resolve) => setTimeout(() => resolve({ body: "slow ${version}" }), 1000)));`;
  const appDir = await writeApp({ "main.js": source(1) });
  const host = await startTestHost({ appDir, watch: true });
  const slow = fetch(`${host.url}/api/slow`);
  await waitFor(() => host.entries.some((entry) => entry.message.startsWith("Executing 'Functions.slow'")));
  await writeFile(path.join(appDir, "main.js"), source(2));
  await waitFor(async () => (await (await fetch(`${host.url}/api/version`)).text()) === "2");
  expect(await (await slow).text()).toBe("slow 1");
});

test("a broken change keeps the old code running, and a broken start waits for a fix", async () => {
  const appDir = await writeApp({ "main.js": "broken(" });
  const host = await startTestHost({ appDir, watch: true });
  expect(host.state).toBe("Error");
  expect((await fetch(`${host.url}/api/a`)).status).toBe(503);
  await writeFile(path.join(appDir, "main.js"), `${REQUIRE} app.get("a", () => ({ body: "repaired" }));`);
  await waitFor(() => host.state === "Running");
  expect(await (await fetch(`${host.url}/api/a`)).text()).toBe("repaired");
  await writeFile(path.join(appDir, "main.js"), "broken again(");
  await waitFor(() =>
    host.entries.some(({ message }) => message.startsWith("The changed app did not load.\nWorker was unable to load")),
  );
  expect(await (await fetch(`${host.url}/api/a`)).text()).toBe("repaired");
});

test("stop lets a running call finish and ends the worker", async () => {
  const appDir = await writeApp({
    "main.js": `${REQUIRE} app.get("slow", () => new Promise((resolve) => setTimeout(() => resolve({ body: "done" }), 300)));`,
  });
  const host = await startTestHost({ appDir });
  const pid = host.workerPid ?? 0;
  const slow = fetch(`${host.url}/api/slow`);
  await waitFor(() => host.entries.some((entry) => entry.message.startsWith("Executing")));
  await host.stop();
  expect(await (await slow).text()).toBe("done");
  expect(host.state).toBe("Stopped");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("a disabled function is listed but not served", async () => {
  const host = await startTestHost({
    appDir: fixtureApp("http-basic"),
    appSettings: { "AzureWebJobs.hello.Disabled": "1" },
  });
  expect(host.functionListText).toContain("Function hello is disabled.");
  expect((await fetch(`${host.url}/api/hello`)).status).toBe(404);
});

test("logLevel silences the given categories", async () => {
  const appDir = await writeApp({
    "host.json": '{"version":"2.0","logging":{"logLevel":{"default":"Warning","Function.a.User":"Debug"}}}',
    "main.js": `${REQUIRE} for (const name of ["a", "b"]) app.get(name, (_, context) => { context.debug("d"); context.log("i"); });`,
  });
  const { url, entries } = await startTestHost({ appDir });
  await fetch(`${url}/api/a`);
  await fetch(`${url}/api/b`);
  const lines = entries.filter((entry) => entry.component.startsWith("Function."));
  expect(lines.map((line) => `${line.component} ${line.level}`)).toEqual([
    "Function.a.User debug",
    "Function.a.User info",
  ]);
});

test("two copies of the library in one app both register and run", async () => {
  const appDir = await writeApp({
    "main.js": `${REQUIRE} app.get("one", () => ({ body: "one" })); require("./part/two.js");`,
    "part/two.js": `${REQUIRE} app.get("two", () => ({ body: "two" }));`,
  });
  const copy = path.join(appDir, "part/node_modules/@azure/functions");
  await cp("node_modules/@azure/functions", copy, { recursive: true });
  const { url } = await startTestHost({ appDir });
  expect(await (await fetch(`${url}/api/one`)).text()).toBe("one");
  expect(await (await fetch(`${url}/api/two`)).text()).toBe("two");
});

test("inspect opens a debugger in the worker", async () => {
  const { entries } = await startTestHost({ appDir: fixtureApp("http-basic"), inspect: "127.0.0.1:0" });
  const line = await waitFor(() => entries.find((entry) => entry.message.startsWith("Debugger listening on")));
  expect(line.message).toContain("ws://127.0.0.1:");
});

test("a debugger can also be opened by the settings for the worker's Node options", async () => {
  const appSettings = { languageWorkers__node__arguments: "--inspect=127.0.0.1:0" };
  const { entries } = await startTestHost({ appDir: fixtureApp("http-basic"), appSettings });
  await waitFor(() => entries.find((entry) => entry.message.startsWith("Debugger listening on")));
});

test.each([
  ["and no other", undefined],
  ["besides the configured ones", "other.pem"],
])("HTTPS uses its own certificate, which the app trusts %s", async (_, named) => {
  const appDir = await writeApp({
    "main.js": `${REQUIRE}
      app.get("name", (request) => ({ body: request.url }));
      app.get("ask", async (request) => ({ body: await (await fetch(new URL("name", request.url))).text() }));`,
  });
  const other = await generateCertificate({ dnsNames: ["other"] });
  const stateDir = await makeTempDirWith({ "other.pem": other.certificate });
  const extra = named && path.join(stateDir, named);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: extra };
  const host = await startTestHost({ appDir, https: { kind: "self-signed" }, stateDir, env });
  expect(host.url).toBe(`https://localhost:${host.port}`);
  await expect(fetch(`${host.url}/api/ask`)).rejects.toThrow();
  await trustHost(host);
  expect(await (await fetch(`${host.url}/api/ask`)).text()).toBe(`${host.url}/api/name`);
});

test("only the requested functions are loaded, and an unknown name is reported", async () => {
  const appSettings = { AzureFunctionsJobHost__functions__0: "ONE", AzureFunctionsJobHost__functions__1: "none" };
  const appDir = await writeApp({ "main.js": `${REQUIRE} app.get("one", () => ({})); app.get("two", () => ({}));` });
  const { functions, entries } = await startTestHost({ appDir, appSettings });
  expect(functions.map(({ name }) => name)).toEqual(["one"]);
  const warning = entries.find(({ message }) => message === "A function that is selected by name does not exist.");
  expect(warning?.fields).toEqual({ functionName: "none" });
});

test("a requested Node version that is missing ends the start, even in watch mode", async () => {
  const starting = startTestHost({ appDir: fixtureApp("http-basic"), node: "99", watch: true });
  await expect(starting).rejects.toThrow("No Node for --node 99 can be used");
});

test("an aborted signal stops the host", async () => {
  const stopping = new AbortController();
  const host = await startTestHost({ appDir: fixtureApp("http-basic"), signal: stopping.signal });
  stopping.abort();
  await waitFor(() => host.state === "Stopped");
  await expect(fetch(host.url)).rejects.toThrow();
});

test("an app that never finishes loading does not delay a stop", async () => {
  const appDir = await writeApp({
    "package.json": '{"type":"module","main":"main.js"}',
    "main.js": "console.log('here'); setInterval(() => {}, 1000); await new Promise(() => {});",
  });
  const stopping = new AbortController();
  const starting = startTestHost({ appDir, signal: stopping.signal, watch: true });
  starting.catch(() => {});
  setImmediate(() => stopping.abort(new Error("enough")));
  await expect(starting).rejects.toThrow("enough");
});

test("TypeScript runs without a build, has its own line numbers in errors, and is reloaded", async () => {
  const source = (text: string) => `import { app } from "@azure/functions";
    type Answer = { body: string };

    app.get("answer", (): Answer => ({ body: "${text}" }));
    app.get("broken", (): Answer => { throw new Error("broken"); });`;
  const appDir = await writeApp({ "package.json": '{"type":"module","main":"src/*.ts"}', "src/a.ts": source("first") });
  const host = await startTestHost({ appDir, watch: true });
  expect(await (await fetch(`${host.url}/api/answer`)).text()).toBe("first");
  await fetch(`${host.url}/api/broken`);
  await waitFor(() => host.entries.some(({ message }) => /src[\\/]a\.ts:5:/.test(message)));
  await writeFile(path.join(appDir, "src", "a.ts"), source("second"));
  await waitFor(async () => (await (await fetch(`${host.url}/api/answer`)).text()) === "second");
});

test("a stack trace shows source lines if the build has a source map", async () => {
  const source = `import { app } from "@azure/functions";
    enum Place { Here }

    app.get("broken", () => { throw new Error("broken " + Place.Here); });`;
  const { code } = await transform(source, {
    loader: "ts",
    format: "cjs",
    sourcemap: "inline",
    sourcefile: "broken.ts",
  });
  const host = await startTestHost({ appDir: await writeApp({ "main.js": code }) });
  await fetch(`${host.url}/api/broken`);
  await waitFor(() => host.entries.some(({ message }) => /broken\.ts:4:/.test(message)));
});

test("the app runs on the Node version that its files request, and a reload checks again", async () => {
  // The real Node that reports another version; the app sees which one really runs.
  const folder = await makeTempDirWith({
    node: `#!/bin/sh\n[ "$1" = --version ] && echo v22.20.0 || SEEN_NODE=other exec "${process.execPath}" "$@"\n`,
  });
  await chmod(path.join(folder, "node"), 0o755);
  const appDir = await writeApp({
    ".nvmrc": "22",
    "main.js": `require("@azure/functions").app.get("seen", { handler: () => ({ body: process.env.SEEN_NODE ?? "ours" }) });`,
  });
  const host = await startTestHost({ appDir, env: { ...process.env, PATH: folder } });
  const seen = async () => (await fetch(`${host.url}/api/seen`)).text();
  expect([host.nodeVersion, await seen()]).toEqual(["22.20.0", "other"]);

  await writeFile(path.join(appDir, ".nvmrc"), "21");
  await host.reload();
  expect([host.nodeVersion, await seen()]).toEqual([process.versions.node, "ours"]);
  expect(host.entries.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
    expect.stringContaining("The app asks for Node 21 in .nvmrc"),
  ]);
});
