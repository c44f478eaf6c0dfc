import type { LogEntry, LogFields, LogLevel } from "@same-kit/shared";
import type { HostEvent, Invocation } from "./host-event.ts";

/**
 * Formats an event as a log line for people, in the wording of Azure's host where that logs one; null for an event
 * without a line.
 */
export function describeEvent(event: HostEvent): LogEntry | null {
  switch (event.kind) {
    case "line":
      return event;
    case "function-started":
      return entry(
        event,
        `Function.${event.functionName}`,
        "info",
        `Executing 'Functions.${event.functionName}'`,
        invocationFields(event),
      );
    case "function-ended": {
      const { functionName, invocationId, ok, durationMs, problem } = event;
      const verdict = `(${ok ? "Succeeded" : "Failed"}, Id=${invocationId}, Duration=${durationMs}ms)`;
      const detail = problem === null ? "" : `\n${problem}`;
      const text = `Executed 'Functions.${functionName}' ${verdict}${detail}`;
      return entry(event, `Function.${functionName}`, ok ? "info" : "error", text, invocationFields(event));
    }
    case "request-answered": {
      const { time, method, path, status, durationMs } = event;
      const message = `${method} ${path} ${status ?? "left by its caller"} (${durationMs} ms)`;
      return { time, level: "info", source: "request", component: "host.http", message, fields: {} };
    }
    case "host-ready":
      return entry(event, "local", "info", "The host is ready.", { url: event.url, hubName: event.hubName });
    case "host-stopping":
      return entry(event, "local", "info", "The host is stopping.", {});
    case "worker-started":
      // Editors look for this text.
      return entry(event, "host", "info", "Worker process started and initialized.", { pid: event.pid ?? undefined });
    case "worker-ended": {
      const { crashes, lastOutput } = event;
      const fields = { how: describeExit(event), crashes, lastOutput: lastOutput ?? undefined };
      return entry(event, "host.worker", "error", "The worker process ended unexpectedly.", fields);
    }
    case "events-missed":
      return entry(event, "local", "warn", "Some events are missing: they were written faster than they were read.", {
        count: event.count,
      });
    // The engine logs this itself, in the Durable extension's wording.
    case "instance-ended":
    case "instance-progressed":
      return null;
  }
}

/** A process exit in words, such as `exited with code 1`. */
export function describeExit({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}

/** The fields on every log line of that call. */
export function invocationFields({ invocationId, functionName, instanceId }: Invocation): LogFields {
  return { ...(instanceId === null ? {} : { instanceId }), functionName, invocationId };
}

function entry({ time }: HostEvent, component: string, level: LogLevel, message: string, fields: LogFields): LogEntry {
  return { time, level, source: "system", component, message, fields };
}
