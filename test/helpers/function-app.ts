import { symlink } from "node:fs/promises";
import path from "node:path";
import { createLogger, type LogEntry } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import { type FunctionsHost, type FunctionsHostOptions, startFunctionsHost } from "../../local/src/host/index.ts";
import { makeTempDirWith } from "./temp-dir.ts";

export const fixtureApp = (name: string): string => path.resolve("test/fixtures/apps", name);

/** Writes a Functions app into a temporary folder; it finds its packages in the repository's node_modules. */
export async function writeApp(files: Record<string, string>): Promise<string> {
  const folder = await makeTempDirWith({
    "host.json": '{"version":"2.0"}',
    "package.json": '{"main":"main.js"}',
    ...files,
  });
  await symlink(path.resolve("node_modules"), path.join(folder, "node_modules"), "junction");
  return folder;
}

export type TestHost = FunctionsHost & { entries: LogEntry[] };

/** A host on a free port that stops when the current test ends; it keeps its log. */
export async function startTestHost(options: Partial<FunctionsHostOptions> & { appDir: string }): Promise<TestHost> {
  const entries: LogEntry[] = [];
  const log = createLogger((entry) => entries.push(entry), "test");
  const host = await startFunctionsHost({ port: 0, log, drainTimeoutMs: 2000, ...options });
  onTestFinished(() => host.stop());
  return Object.assign(host, { entries });
}
