import path from "node:path";
import type { Clock, Logger } from "@same-kit/shared";
import { HOST_VERSION } from "../host/index.ts";
import type { TraceFiles, Tracer } from "../telemetry/index.ts";
import type { AppSettings } from "./app-settings.ts";
import type { StopStack } from "./stop-stack.ts";

type HostTelemetry = Pick<AppSettings, "env" | "usesOpenTelemetry"> & {
  appDir: string;
  tracesDir: string;
  clock: Clock;
  log: Logger;
};

/** @returns Undefined and null unless host.json has `"telemetryMode": "OpenTelemetry"`. */
export async function startTelemetry(
  { env, usesOpenTelemetry, appDir, tracesDir: folder, clock, log }: HostTelemetry,
  running: StopStack,
): Promise<{ tracer: Tracer | undefined; traces: TraceFiles | null }> {
  const none = { tracer: undefined, traces: null };
  if (!usesOpenTelemetry) return none;
  const service = { name: env["WEBSITE_SITE_NAME"] || path.basename(appDir), version: HOST_VERSION };
  // Loaded lazily: the exporters take a while to load.
  const { openTelemetry } = await import("../telemetry/open-telemetry.ts");
  const telemetry = openTelemetry({ env, service, folder, clock, log: log.child("telemetry") });
  if (telemetry === null) return none;
  running.add(() => telemetry.stop());
  return { tracer: telemetry.tracer, traces: telemetry.files };
}
