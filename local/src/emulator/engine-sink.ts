import type { LogSink } from "@same-kit/shared";
import { FUNCTION_LOG_CATEGORY } from "../engine/index.ts";
import { isLogged } from "../host/index.ts";
import type { AppSettings } from "./app-settings.ts";

/** The extension's lines about functions are the app's to silence, in host.json; all others are ours. */
export function engineSink(onLog: LogSink, logLevels: AppSettings["logLevels"]): LogSink {
  return (entry) => {
    const { component, level } = entry;
    if (component !== FUNCTION_LOG_CATEGORY || isLogged(logLevels, component, level)) onLog(entry);
  };
}
