import type { LogFields, Logger, LogLevel, LogSource } from "@same-kit/shared";
import { describeEvent, invocationFields } from "../events/describe-event.ts";
import type { HostEvent, Invocation } from "../events/host-event.ts";
import type { RpcLog, RpcLogLevel } from "../worker/messages.ts";
import { isLogged, type LogLevels } from "./config/log-levels.ts";

const LEVELS: Readonly<Record<Exclude<RpcLogLevel, "none">, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  information: "info",
  warning: "warn",
  error: "error",
  critical: "error",
};

const CONSOLE_CATEGORY = "Host.Function.Console";

/**
 * Reports function calls, and writes the worker's log lines and its process output to the log, under Azure's
 * categories. `logging.logLevel` of host.json filters lines, but not events.
 */
export class InvocationLog {
  logLevels: LogLevels = new Map();
  readonly #log: Logger;
  readonly #onEvent: (event: HostEvent) => void;
  readonly #running = new Map<string, Invocation>();

  constructor(log: Logger, onEvent: (event: HostEvent) => void) {
    this.#log = log;
    this.#onEvent = onEvent;
  }

  /** Lines of this invocation carry its names until {@link end}. */
  begin(invocation: Invocation): void {
    this.#running.set(invocation.invocationId, invocation);
    this.#report({ kind: "function-started", time: new Date(), ...invocation });
  }

  end(invocation: Invocation, outcome: { ok: boolean; durationMs: number; problem: string | null }): void {
    this.#report({ kind: "function-ended", time: new Date(), ...invocation, ...outcome });
    this.#running.delete(invocation.invocationId);
  }

  writeWorkerLine({ category, level, message, invocationId }: RpcLog): void {
    if (level === "none") return;
    const invocation = this.#running.get(invocationId ?? "");
    const fields = invocation === undefined ? { invocationId } : invocationFields(invocation);
    if (category === "system") {
      this.#write("system", "Worker", LEVELS[level], message, fields);
      return;
    }
    this.#write("user", `Function.${invocation?.functionName ?? "unknown"}.User`, LEVELS[level], message, fields);
  }

  /** stderr is not always an error: the level is derived from the text, as in Azure's host. */
  writeConsoleLine(stream: "stdout" | "stderr", line: string): void {
    this.#write("console", CONSOLE_CATEGORY, stream === "stdout" ? "info" : judgeErrorLine(line), line, {});
  }

  #report(event: HostEvent): void {
    this.#onEvent(event);
    const line = describeEvent(event);
    if (line !== null) this.#write(line.source, line.component, line.level, line.message, line.fields);
  }

  #write(source: LogSource, category: string, level: LogLevel, text: string, fields: LogFields) {
    if (!isLogged(this.logLevels, category, level)) return;
    this.#log.child(category, {}, source).log(level, text, fields);
  }
}

function judgeErrorLine(line: string): LogLevel {
  if (/warn/i.test(line)) return "warn";
  return /error|fail|severe|unhandled exception/i.test(line) ? "error" : "info";
}
