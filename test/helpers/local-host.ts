import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { LogEntry } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import { type LocalHost, type LocalOptions, startLocal } from "../../local/src/index.ts";

export type LocalTestHost = LocalHost & { entries: LogEntry[] };

/** `startLocal` on a free port; stopped when the current test ends. It keeps its log. */
export async function startLocalHost(options: LocalOptions): Promise<LocalTestHost> {
  const entries: LogEntry[] = [];
  const host = await startLocal({ port: 0, onLog: (entry) => entries.push(entry), ...options });
  onTestFinished(() => host.stop());
  // The host's properties are getters, which must stay live.
  return Object.create(host, { entries: { value: entries } }) as LocalTestHost;
}

/** A host in a separate process, to be killed. */
export type HostProcess = { process: ChildProcess; url: string; workerPid: number; azuritePid: number };

export const HOST_PROGRAM = [
  "--experimental-transform-types",
  "--no-warnings",
  "test/fixtures/processes/local-host.ts",
];

export async function startHostProcess(
  appDir: string,
  stateDir: string,
  settings: Record<string, string> = {},
): Promise<HostProcess> {
  const [program = "", ...execArgv] = HOST_PROGRAM.toReversed();
  const host = fork(program, [appDir, stateDir, JSON.stringify(settings)], {
    execArgv,
    stdio: ["ignore", 2, 2, "ipc"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  const [message] = (await once(host, "message")) as [Omit<HostProcess, "process">];
  return { process: host, ...message };
}
