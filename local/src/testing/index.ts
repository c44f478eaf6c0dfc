// `same-kit/testing`: boots a Functions app inside a test, with a clock that the test controls.

import path from "node:path";
import type { LogEntry, LogSink } from "@same-kit/shared";
import { StopStack } from "../emulator/stop-stack.ts";
import type { HostEvent } from "../events/host-event.ts";
import type { LocalApp, LocalAppOptions, LogLine, OrchestratorTypes, StartLocalApp } from "../testing-api.ts";
import { RunningApp } from "./running-app.ts";
import { startApp } from "./start-app.ts";

export type * from "../testing-api.ts";
export { TestingError, type TestingErrorCode } from "./errors.ts";

const TIMEOUT_MS = 10_000;

/** @see {@link StartLocalApp} */
export const startLocalApp: StartLocalApp = async <Types extends OrchestratorTypes>(
  appDir: string,
  options: LocalAppOptions = {},
) => {
  const running = new StopStack();
  const logs: LogLine[] = [];
  let functionCalls = 0;
  const onEvent = ({ kind }: HostEvent) => {
    if (kind === "function-started") functionCalls += 1;
    if (kind === "function-ended") functionCalls -= 1;
  };
  const onLog: LogSink = (entry) => {
    if (!isShown(entry)) return;
    const line = toLine(entry);
    logs.push(line);
    options.onLog?.(line);
  };
  try {
    const parts = await startApp(path.resolve(appDir), options, { onLog, onEvent, running });
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const deps = { ...parts, logs, functionCalls: () => functionCalls, timeoutMs, stop: () => running.stop() };
    return new RunningApp(deps) as unknown as LocalApp<Types>;
  } catch (error) {
    // The first error is the cause; errors while stopping follow from it.
    await running.stop().catch(() => {});
    throw error;
  }
};

/** Lines of the app, and our own warnings and errors. */
function isShown({ source, level }: LogEntry): boolean {
  return source !== "system" || level === "warn" || level === "error";
}

function toLine({ level, source, message, fields }: LogEntry): LogLine {
  const { functionName, instanceId } = fields;
  return {
    level,
    source,
    message,
    ...(typeof functionName === "string" ? { functionName } : {}),
    ...(typeof instanceId === "string" ? { instanceId } : {}),
  };
}
