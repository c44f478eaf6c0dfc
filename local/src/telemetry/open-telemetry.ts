import type { Clock, Logger } from "@same-kit/shared";
import { BatchExporter } from "./batch-exporter.ts";
import { createOtlpExporter } from "./otlp-exporter.ts";
import { readTelemetrySettings } from "./settings.ts";
import { createSpanFileExporter } from "./span-file.ts";
import { TraceFiles } from "./trace-files.ts";
import { createTracer, type Tracer } from "./tracer.ts";

export type Telemetry = {
  tracer: Tracer;
  /** Reads the stored spans; null if a collector receives them. */
  files: TraceFiles | null;
  /** Exports the remaining spans, for two seconds at most. */
  stop(): Promise<void>;
};

export type TelemetryOptions = {
  env: Readonly<Record<string, string | undefined>>;
  service: { name: string; version: string };
  /** Folder for spans if there is no endpoint. */
  folder: string;
  clock: Clock;
  log: Logger;
};

/** @returns null if OpenTelemetry's variables turn tracing off. */
export function openTelemetry({ env, service, folder, clock, log }: TelemetryOptions): Telemetry | null {
  const settings = readTelemetrySettings(env, service);
  if (settings === null) return null;
  const { target, resource, sampler, warnings } = settings;
  for (const warning of warnings) log.warn(warning);
  const exporter = target === null ? createSpanFileExporter(folder, resource) : createOtlpExporter(target, resource);
  const batches = new BatchExporter(exporter, { clock, log });
  log.info("Spans are exported.", { to: exporter.description });
  const files = target === null ? new TraceFiles(folder) : null;
  return { tracer: createTracer(sampler, batches.add), files, stop: () => batches.stop() };
}
