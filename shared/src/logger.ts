export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/**
 * Who wrote a line: the app (`user`), same-kit (`system`; `request` for an answered request), or a process's own output
 * (`console`).
 */
export type LogSource = "user" | "system" | "console" | "request";

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type LogEntry = {
  time: Date;
  level: LogLevel;
  source: LogSource;
  /** Component name, such as `engine.leases`, `host.http`, or `Function.hello.User`. */
  component: string;
  message: string;
  /** Includes, where known: `functionName`, `invocationId`, `instanceId`, `executionId`, `episode`. */
  fields: LogFields;
};

export type LogSink = (entry: LogEntry) => void;

/** Writes structured lines. `message` is constant text; everything variable goes into `fields`. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same sink under another component, with `fields` added to every line. Default `source`: the parent's. */
  child(component: string, fields?: LogFields, source?: LogSource): Logger;
}

/** Creates a logger that passes every line to `sink`. */
export function createLogger(
  sink: LogSink,
  component: string,
  source: LogSource = "system",
  base: LogFields = {},
): Logger {
  const log = (level: LogLevel, message: string, fields: LogFields = {}) =>
    sink({ time: new Date(), level, source, component, message, fields: { ...base, ...fields } });
  return {
    log,
    trace: (message, fields) => log("trace", message, fields),
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    child: (childComponent, fields = {}, childSource = source) =>
      createLogger(sink, childComponent, childSource, { ...base, ...fields }),
  };
}

/** Discards all lines. */
export const silentLogger: Logger = createLogger(() => {}, "silent");
