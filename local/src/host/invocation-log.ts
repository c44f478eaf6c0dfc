import type { LogFields, Logger, LogLevel } from "@same-kit/shared";
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
 * Brings the worker's lines and what its process prints into the log, under Azure's categories and filtered by
 * `logging.logLevel` of host.json.
 */
export class InvocationLog {
  logLevels: LogLevels = new Map();
  readonly #log: Logger;
  readonly #scopes = new Map<string, LogFields & { functionName: string }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Lines of this invocation carry `fields` until {@link end}. */
  begin(invocationId: string, functionName: string, fields: LogFields): void {
    this.#scopes.set(invocationId, { ...fields, functionName, invocationId });
    this.#writeSystem(`Function.${functionName}`, "info", `Executing 'Functions.${functionName}'`, invocationId);
  }

  end(invocationId: string, outcome: { isSuccess: boolean; durationMs: number; problem?: string }): void {
    const functionName = this.#scopes.get(invocationId)?.functionName ?? "unknown";
    const { isSuccess, durationMs, problem } = outcome;
    const verdict = isSuccess ? "Succeeded" : "Failed";
    const detail = problem === undefined ? "" : `\n${problem}`;
    this.#writeSystem(
      `Function.${functionName}`,
      isSuccess ? "info" : "error",
      `Executed 'Functions.${functionName}' (${verdict}, Id=${invocationId}, Duration=${durationMs}ms)${detail}`,
      invocationId,
    );
    this.#scopes.delete(invocationId);
  }

  writeWorkerLine({ category, level, message, invocationId }: RpcLog): void {
    if (level === "none") return;
    const fields = invocationId === undefined ? {} : (this.#scopes.get(invocationId) ?? { invocationId });
    if (category === "system") {
      this.#write("system", "Worker", LEVELS[level], message, fields);
      return;
    }
    const functionName = "functionName" in fields ? fields.functionName : "unknown";
    this.#write("user", `Function.${functionName}.User`, LEVELS[level], message, fields);
  }

  /** stderr is not always an error; the host judges by the words, as Azure's does. */
  writeConsoleLine(stream: "stdout" | "stderr", line: string): void {
    this.#write("console", CONSOLE_CATEGORY, stream === "stdout" ? "info" : judgeErrorLine(line), line, {});
  }

  #writeSystem(category: string, level: LogLevel, message: string, invocationId: string): void {
    this.#write("system", category, level, message, this.#scopes.get(invocationId) ?? { invocationId });
  }

  #write(source: "user" | "system" | "console", category: string, level: LogLevel, text: string, fields: LogFields) {
    if (!isLogged(this.logLevels, category, level)) return;
    this.#log.child(category, {}, source).log(level, text, fields);
  }
}

function judgeErrorLine(line: string): LogLevel {
  if (/warn/i.test(line)) return "warn";
  return /error|fail|severe|unhandled exception/i.test(line) ? "error" : "info";
}
