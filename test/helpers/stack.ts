import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LogEntry } from "@same-kit/shared";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type LocalHost, startLocal } from "../../local/src/index.ts";
import { type AppAddress, parseAppAddress } from "../../toolkit/src/adapters/app/app-address.ts";
import { AppClient } from "../../toolkit/src/adapters/app/app-client.ts";
import { parseRunResult, type RunResult, type RunStatus } from "../../toolkit/src/adapters/app/run-status.ts";
import { compileSource } from "../../toolkit/src/usecases/compile-source.ts";
import { followRun } from "../../toolkit/src/usecases/follow-run.ts";

/** An app of ours that the suite calls over HTTP: one booted here, or the one in `SAME_KIT_SUITE_HOST`. */
export type Stack = {
  readonly address: AppAddress;
  /** The log of a host in this process; empty for a deployed one. */
  readonly entries: readonly LogEntry[];
  /** Runs a notebook to its end. */
  run(location: string, options?: { sameEnv?: string }): Promise<RunStatus>;
  /** Like `run`, for a run that completes. */
  complete(location: string, options?: { sameEnv?: string }): Promise<RunResult>;
};

export type StackOptions = { appSettings?: Record<string, string>; accessKey?: string };

/** One stack for all tests of a file. */
export function useStack(options: StackOptions = {}): Stack {
  const entries: LogEntry[] = [];
  const deployed = process.env["SAME_KIT_SUITE_HOST"];
  let address: AppAddress;
  let host: LocalHost | undefined;
  let stateDir: string | undefined;
  beforeAll(async () => {
    if (deployed !== undefined) {
      address = parseAppAddress(deployed, { useHttp: false, accessKey: options.accessKey ?? null });
      return;
    }
    stateDir = await mkdtemp(path.join(tmpdir(), "same-kit-stack-"));
    const { appSettings = {} } = options;
    host = await startLocal({
      stateDir,
      appSettings,
      port: 0,
      storage: { kind: "memory" },
      onLog: (entry) => entries.push(entry),
    });
    address = { url: host.url, accessKey: options.accessKey ?? null };
  });
  afterAll(async () => {
    await host?.stop();
    if (stateDir !== undefined) await rm(stateDir, { recursive: true, force: true, maxRetries: 3 });
  });
  const run: Stack["run"] = (location, runOptions) => runNotebook(address, location, runOptions);
  return {
    entries,
    get address() {
      return address;
    },
    run,
    async complete(location, runOptions) {
      const status = await run(location, runOptions);
      if (status.runtimeStatus !== "Completed")
        throw new Error(`${location} is ${status.runtimeStatus}: ${JSON.stringify(status.output)}`);
      return parseRunResult(status.output, address.url);
    },
  };
}

async function runNotebook(
  address: AppAddress,
  location: string,
  { sameEnv }: { sameEnv?: string } = {},
): Promise<RunStatus> {
  const source = await compileSource({
    location,
    sameEnv: sameEnv ?? null,
    // Upstream's own test cases for lines that its compiler removes.
    upstreamMagics: path.basename(path.dirname(location)) === "magics",
  });
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const { signal } = controller;
  const client = new AppClient({ address, fetch });
  const run = await client.start(source.request, { sameEnv: source.sameEnv, signal });
  const status = await followRun({ client, run, onStatus: () => {}, signal });
  if (status === null) throw new Error(`The app forgot the run ${run.id}.`);
  return status;
}
