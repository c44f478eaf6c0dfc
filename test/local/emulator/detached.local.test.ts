import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { isProcessAlive } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import {
  listRunningHosts,
  type RunningHost,
  readHostLog,
  startDetached,
  stopRunningHost,
} from "../../../local/src/index.ts";
import { killTree } from "../../../local/src/process/kill-tree.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { HOST_PROGRAM, startHostProcess } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const APP = fixtureApp("durable");

async function start(stateDir: string): Promise<RunningHost> {
  const host = await startDetached({ stateDir, command: [process.execPath, ...HOST_PROGRAM, APP, stateDir] });
  onTestFinished(() => killTree(host.process.pid));
  return host;
}

async function readAll(texts: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const text of texts) all += text;
  return all;
}

test("a background host serves, is listed, exposes its log, and stops", async () => {
  const stateDir = await makeTempDir();
  const host = await start(stateDir);
  expect((await fetch(`${host.url}/admin/host/status`)).status).toBe(200);
  expect(await listRunningHosts(stateDir)).toEqual([host]);
  expect(host.isDetached).toBe(true);
  expect(await readAll(readHostLog(host))).toContain(`serving ${host.url}`);

  await stopRunningHost(stateDir, host);
  expect(isProcessAlive(host.process)).toBe(false);
  expect(await listRunningHosts(stateDir)).toEqual([]);
});

test("a log is followed until its reader aborts", async () => {
  const host = await start(await makeTempDir());
  const enough = new AbortController();
  let text = "";
  for await (const piece of readHostLog(host, { signal: enough.signal })) {
    text += piece;
    if (text.includes("serving")) enough.abort();
  }
  expect(text).toContain("serving");
});

test("a command that exits instead of serving is reported with its output", async () => {
  const command = [process.execPath, "-e", "console.error('no such app'); process.exit(4)"] as const;
  await expect(startDetached({ stateDir: await makeTempDir(), command })).rejects.toMatchObject({
    code: "ERR_DETACHED_START",
    message: expect.stringMatching(/ended with code 4\.\nno such app/),
  });
});

test("a host that crashed is no longer listed", async () => {
  const stateDir = await makeTempDir();
  const { process: crashed } = await startHostProcess(APP, stateDir);
  expect(await listRunningHosts(stateDir)).toHaveLength(1);
  const exited = once(crashed, "exit");
  crashed.kill("SIGKILL");
  await exited;
  expect(await listRunningHosts(stateDir)).toEqual([]);
});

test("an aborted start leaves no host running", async () => {
  const stateDir = await makeTempDir();
  const program = "require('node:fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)";
  const stop = new AbortController();
  const command = [process.execPath, "-e", program] as const;
  const starting = startDetached({ stateDir, cwd: stateDir, command, signal: stop.signal });
  starting.catch(() => {});
  const readPid = () => readFile(path.join(stateDir, "pid"), "utf8").catch(() => "");
  const pid = Number(await waitFor(async () => (await readPid()) || undefined, { what: "the host's process" }));
  stop.abort(new Error("Interrupted."));
  await expect(starting).rejects.toThrow("Interrupted.");
  expect(isProcessAlive({ pid })).toBe(false);
});
