import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { identifyProcess } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { listDescendants } from "../../../local/src/process/kill-tree.ts";
import type { RunRecord } from "../../../toolkit/src/adapters/records/run-records.ts";
import type { RunSummary } from "../../../toolkit/src/usecases/run/run-summary.ts";
import { appPythonDir } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

// The installed command: the launcher in a separate process, in its own folder.

const LAUNCHER = path.resolve("bin", "same-kit.cjs");
const FEATURES = path.resolve("test", "testdata", "features");

type Call = {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<{ code: number | null; signal: string | null }>;
};

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SAME_|FUNCTIONS_|CI$)/.test(name)));

function start(cwd: string, ...args: string[]): Call {
  return startWith({}, cwd, ...args);
}

function startWith(variables: NodeJS.ProcessEnv, cwd: string, ...args: string[]): Call {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: { ...env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { process: child, ended, stdout: () => stdout, stderr: () => stderr };
}

async function call(cwd: string, ...args: string[]) {
  return resultOf(start(cwd, ...args));
}

async function resultOf(started: Call) {
  const { code } = await started.ended;
  return { code, stdout: started.stdout(), stderr: started.stderr() };
}

/** A copy of a notebook's folder, so that the test has its own state. */
async function copyFeature(name: string): Promise<string> {
  const dir = path.join(await makeTempDir(), name);
  await cp(path.join(FEATURES, name), dir, { recursive: true, filter: (file) => !file.includes(".same-kit") });
  onTestFinished(async () => void (await call(dir, "local", "down")));
  return dir;
}

const slowNotebook = path.resolve("test", "testdata", "slow");

async function copySlow(): Promise<string> {
  const dir = path.join(await makeTempDir(), "slow");
  await cp(slowNotebook, dir, { recursive: true, filter: (file) => !file.includes(".same-kit") });
  onTestFinished(async () => void (await call(dir, "local", "down")));
  return dir;
}

test("--version and --help print to stdout", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  expect(await call("/", "--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  const { code, stdout } = await call("/", "local", "run", "--help");
  expect({ code, start: stdout.split("\n")[0] }).toEqual({
    code: 0,
    start: "Run a notebook on this machine, on the real app.",
  });
});

test.each([
  [["lokal", "run"], "ERR_USAGE There is no command `same-kit lokal run`. Did you mean `same-kit local run`?"],
  [["local", "run", "--prot", "1"], "ERR_USAGE There is no option --prot. Did you mean --port?"],
  [["local", "run", "--port", "x"], "ERR_USAGE --port x is not a valid port."],
  [["compile"], "ERR_USAGE PATH is missing."],
])("%j is a usage error", async (args, text) => {
  const { code, stdout, stderr } = await call(await makeTempDir(), ...args);
  expect({ code, stdout, first: stderr.split("\n")[0] }).toEqual({ code: 2, stdout: "", first: text });
});

test("with --json an error is the only document", async () => {
  const { code, stdout, stderr } = await call(await makeTempDir(), "local", "run", "gone", "--json");
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(JSON.parse(stdout).error.code).toBe("ERR_SOURCE_NOT_FOUND");
});

test("an uncaught error is reported as a bug, without lines of the bundle", async () => {
  const dir = await makeTempDir();
  const preload = path.join(dir, "throw.cjs");
  await writeFile(preload, 'setTimeout(() => { throw new Error("of a library"); }, 0);');
  const options = { NODE_OPTIONS: `--require ${JSON.stringify(preload)}` };
  const { code, stderr } = await resultOf(startWith(options, dir, "local", "status"));
  expect(code).toBe(70);
  expect(stderr).toMatch(/^ERR_INVARIANT same-kit has a bug: Error: of a library\n {4}at /);
});

test.runIf(existsSync("/dev/full"))("output that cannot be written is an error with a hint", async () => {
  const dir = await makeTempDir();
  for (const args of [["--help"], ["--version"], ["local", "status", "--json"]]) {
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      cwd: dir,
      env,
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, "close")]);
    expect([code, args]).toEqual([1, args]);
    expect(stderr).toMatch(/^ERR_SYSTEM The system refused: ENOSPC.*\nFree some space/);
  }
});

test("a notebook runs, prints live, and leaves a record but no process", async () => {
  const dir = await copyFeature("singlestep");
  const { code, stdout, stderr } = await call(dir, "local", "run");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/│ y +│ str +│ .* │ '1' +│/);
  expect(stderr).toContain("    y is 1\n✓ same_step_000");
  const [id = ""] = await readdir(path.join(dir, ".same-kit", "runs"));
  const record = path.join(dir, ".same-kit", "runs", id);
  expect((await readdir(record)).sort()).toEqual([
    "log.txt",
    "notebook.ipynb",
    "report.html",
    "request.json",
    "session.dill",
    "source.ipynb",
    "status.json",
    "summary.json",
  ]);
  expect(await readdir(path.join(dir, ".same-kit", "hosts"))).toEqual([]);
});

test("with --json the run is the only document, even if it failed", async () => {
  const dir = await copyFeature("failing_step");
  const { code, stdout, stderr } = await call(dir, "local", "run", "--json");
  const { status, failure, steps } = JSON.parse(stdout) as RunSummary;
  expect({ code, stderr, status }).toEqual({ code: 1, stderr: "", status: "failed" });
  expect(steps.map(({ name, status: it }) => [name, it])).toEqual([
    ["same_step_000", "completed"],
    ["same_step_001", "failed"],
    ["same_step_002", "not-run"],
  ]);
  expect(failure).toMatchObject({
    step: "same_step_001",
    message: "ZeroDivisionError: division by zero",
    cell: { number: 2, line: 2 },
  });
});

test("any notebook runs without changes, and its parameters are recorded", async () => {
  const dir = await makeTempDir();
  const cell = (source: string, ...tags: string[]) => ({ cell_type: "code", source, metadata: { tags } });
  const cells = [cell("alpha = 1\nlabel = 'none'", "parameters"), cell("beta = alpha * 2", "same_step_1")];
  await writeFile(path.join(dir, "study.ipynb"), JSON.stringify({ nbformat: 4, nbformat_minor: 5, cells }));
  await writeFile(path.join(dir, "p.yaml"), "alpha: 1\nlabel: yes\n");
  onTestFinished(async () => void (await call(dir, "local", "down")));
  const args = ["-f", "p.yaml", "-p", "alpha", "0.25", "-r", "gamma", "1"];
  const { code, stdout, stderr } = await call(dir, "local", "run", "study.ipynb", "--json", ...args);
  expect(code, stderr).toBe(0);
  const { notebook, parameters, variables, warnings } = JSON.parse(stdout) as RunSummary;
  expect({ notebook, parameters }).toEqual({ notebook: "study", parameters: { alpha: 0.25, label: true, gamma: "1" } });
  expect(warnings).toContain("Passed unknown parameter: gamma (cell 1 does not assign it).");
  const values = Object.fromEntries(variables.map(({ name, repr }) => [name, repr]));
  expect(values).toMatchObject({ alpha: "0.25", beta: "0.5", label: "True", gamma: "'1'" });
});

async function startAtSecondStep(dir: string, ...args: string[]): Promise<Call> {
  const run = start(dir, "local", "run", ...args);
  await waitFor(() => run.stderr().includes("waiting 1"), { what: "the second step", deadlineMs: 60_000 });
  return run;
}

/** @returns the ID of the run. */
async function crashAtSecondStep(dir: string): Promise<string> {
  const run = await startAtSecondStep(dir);
  run.process.kill("SIGKILL");
  await run.ended;
  const [id = ""] = await readdir(path.join(dir, ".same-kit", "runs"));
  return id;
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends the run and keeps its record", async (signal, exitCode) => {
  const dir = await copySlow();
  const run = await startAtSecondStep(dir);
  run.process.kill(signal);
  expect(await run.ended).toEqual({ code: exitCode, signal: null });
  expect(run.stderr()).toContain("ERR_RUN_TERMINATED The run was interrupted and has been terminated.");
  expect(await statesOf(dir)).toEqual(["terminated"]);
});

test("a second Ctrl-C exits immediately, explains how to continue the run, and leaves no process behind", async () => {
  const dir = await copySlow();
  const run = await startAtSecondStep(dir);
  const azurite = await azuriteOf(dir);
  const left = [azurite, ...(await listDescendants(run.process.pid as number))];
  // The storage does not answer, so the first Ctrl-C cannot succeed.
  process.kill(azurite, "SIGSTOP");
  run.process.kill("SIGINT");
  await waitFor(() => run.stderr().includes("Press Ctrl-C again to exit immediately"), {
    what: "the answer to the first",
  });
  run.process.kill("SIGINT");
  expect((await run.ended).code).toBe(130);
  process.kill(azurite, "SIGCONT");
  const [id = ""] = await readdir(path.join(dir, ".same-kit", "runs"));
  expect(run.stderr()).toContain(`The run ${id} did not end. \`same-kit local resume ${id}\` continues it`);
  await waitFor(() => left.every((pid) => identifyProcess(pid) === undefined), { what: "the end of all it started" });
});

test("a time limit ends the run", async () => {
  const dir = await copySlow();
  const { code, stderr } = await call(dir, "local", "run", "--timeout", "3s");
  expect({ code, states: await statesOf(dir) }).toEqual({ code: 1, states: ["terminated"] });
  expect(stderr).toContain("ERR_RUN_TIMEOUT The run did not finish within 3 s");
});

test("a run interrupted by a crash is suspended by the next run, and can be continued", async () => {
  const dir = await copySlow();
  const id = await crashAtSecondStep(dir);

  const next = await call(dir, "local", "run", "--timeout", "2s");
  expect(next.stderr).toContain(`\`same-kit local resume ${id}\` continues it`);
  expect((await statesOf(dir)).sort()).toEqual(["suspended", "terminated"]);

  const resumed = await call(dir, "local", "resume", id, "--json");
  const { status, variables } = JSON.parse(resumed.stdout) as RunSummary;
  expect({ code: resumed.code, status }).toEqual({ code: 0, status: "completed" });
  // Each step's effect occurs once in the result.
  expect(variables).toContainEqual(expect.objectContaining({ name: "steps", repr: "['first', 'second', 'third']" }));
});

test("a run whose storage is killed restarts automatically, and each effect occurs once in the result", async () => {
  const dir = await copySlow();
  const run = await startAtSecondStep(dir);
  process.kill(await azuriteOf(dir), "SIGKILL");
  expect((await run.ended).code, run.stderr()).toBe(0);
  expect(run.stderr()).toMatch(
    /Warning: Azurite .* ended by SIGKILL while it was in use\. A new one is started for the run\./,
  );
  expect(await statesOf(dir)).toEqual(["completed"]);
  const [id = ""] = await readdir(path.join(dir, ".same-kit", "runs"));
  const summary = await readFile(path.join(dir, ".same-kit", "runs", id, "summary.json"), "utf8");
  const { steps, variables } = JSON.parse(summary) as RunSummary;
  expect(steps).toHaveLength(3);
  expect(variables).toContainEqual(expect.objectContaining({ name: "steps", repr: "['first', 'second', 'third']" }));
});

test("with a host that is already running, output of steps is shown as it is printed", async () => {
  const dir = await copySlow();
  expect((await call(dir, "local", "up", "--detach", "--port", "0")).code).toBe(0);
  const run = await startAtSecondStep(dir);
  expect(run.stderr()).toContain("Start the emulator: skipped");
  expect(run.stderr()).not.toContain("✓ same_step_001");
  run.process.kill("SIGINT");
  await run.ended;
});

test("concurrent runs do not process each other's work", async () => {
  const dir = await copySlow();
  const first = await startAtSecondStep(dir);
  const second = await call(dir, "local", "run", path.join(FEATURES, "singlestep"), "--state-dir", ".same-kit");
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain("y is 1");
  expect((await first.ended).code, first.stderr()).toBe(0);
  expect(first.stderr().match(/waiting 1\n/g)).toHaveLength(1);
  const hubs = await recordsOf(dir, ({ hubName }) => hubName);
  expect(new Set(hubs).size).toBe(2);
});

test("a session too large for the response is saved in parts next to the record, unless disabled", async () => {
  const dir = await copyFeature("singlestep");
  const limit = { SAME_INLINE_SESSION_LIMIT: "10" };
  const run = async (...args: string[]) => {
    const { stdout } = await resultOf(startWith(limit, dir, "local", "run", "--json", ...args));
    return JSON.parse(stdout) as RunSummary;
  };
  const { session, python } = await run();
  const { file } = session as { file: string };
  expect(path.relative(dir, file)).toMatch(/^\.same-kit\/runs\/[^/]+\/session\/session\.json$/);
  expect(loadSession(path.dirname(file), python?.executable ?? "")).toContain("'y': '1'");
  expect((await run("--no-session")).session).toEqual({
    blob: expect.stringContaining("/parts-"),
    container: expect.any(String),
  });
});

/** Variables as loaded by the folder's own program. */
function loadSession(folder: string, python: string): string {
  const script = "import load_session; print({k: v for k, v in load_session.load().items() if k in 'xy'})";
  const PYTHONPATH = `${folder}:${path.join(appPythonDir, "packages")}`;
  return execFileSync(python, ["-c", script], { encoding: "utf8", env: { PYTHONPATH } });
}

test("an unfinished run can be discarded", async () => {
  const dir = await copySlow();
  const id = await crashAtSecondStep(dir);
  expect((await call(dir, "local", "discard", id)).code).toBe(0);
  expect(await statesOf(dir)).toEqual([]);
  expect((await call(dir, "local", "resume", id)).stderr).toContain("ERR_RUN_UNKNOWN");
});

test("a kept host serves the next run and the smoke test until it is stopped", async () => {
  const dir = await copyFeature("singlestep");
  const kept = await call(dir, "local", "run", "--keep", "--port", "0");
  expect(kept.code, kept.stderr).toBe(0);
  const status = JSON.parse((await call(dir, "local", "status", "--json")).stdout);
  expect(status.hosts).toHaveLength(1);

  expect((await call(dir, "local", "run")).stderr).toContain(`a host runs at ${status.hosts[0].url}`);
  // The notebook and its record are in another folder; the host is that of the current folder.
  const elsewhere = await call(dir, "local", "run", await copyFeature("singlestep"));
  expect(elsewhere.stderr).toContain("keeps running; `same-kit local down` stops it.");
  expect((await call(dir, "smoke-test")).stdout).toContain('y is "1"');
  expect((await call(dir, "local", "logs")).stdout).toContain(`Serving ${status.hosts[0].url}`);
  expect((await call(dir, "local", "clean")).stderr).toContain("ERR_HOST_RUNNING");

  expect((await call(dir, "local", "down")).stdout).toContain("Stopped 1 host");
  expect((await call(dir, "smoke-test")).stderr).toContain("ERR_NO_HOST");
  expect((await call(dir, "local", "clean")).stdout).toContain("Removed 2 runs");
});

async function azuriteOf(dir: string): Promise<number> {
  const file = path.join(dir, ".same-kit", "azurite", "running.json");
  return JSON.parse(await readFile(file, "utf8")).process.pid;
}

async function recordsOf<Value>(dir: string, pick: (record: RunRecord) => Value): Promise<Value[]> {
  const runs = path.join(dir, ".same-kit", "runs");
  const names = await readdir(runs);
  return Promise.all(
    names.map(async (name) => pick(JSON.parse(await readFile(path.join(runs, name, "status.json"), "utf8")))),
  );
}

const statesOf = (dir: string) => recordsOf(dir, ({ state }) => state);
