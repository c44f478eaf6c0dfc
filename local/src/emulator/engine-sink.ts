import type { LogSink } from "@same-kit/shared";
import { FUNCTION_LOG_CATEGORY } from "../engine/index.ts";
import { isLogged } from "../host/index.ts";
import type { AppSettings } from "./app-settings.ts";

/**
 * Filters the extension's lines about functions by the app's log levels in host.json; all other lines are ours and
 * always pass.
 */
export function engineSink(onLog: LogSink, logLevels: AppSettings["logLevels"]): LogSink {
  return (entry) => {
    const { component, level } = entry;
    if (component !== FUNCTION_LOG_CATEGORY || isLogged(logLevels, component, level)) onLog(entry);
  };
}
