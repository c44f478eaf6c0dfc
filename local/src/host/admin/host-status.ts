import os from "node:os";
import { HOST_VERSION } from "../app-generation.ts";
import type { AppRuntime } from "../app-runtime.ts";

/** `GET /admin/host/status`; editors poll it until `state` is `Running`. */
export function toHostStatus(runtime: AppRuntime, id: string): Record<string, unknown> {
  return {
    id,
    state: runtime.state,
    version: HOST_VERSION,
    versionDetails: HOST_VERSION,
    instanceId: os.hostname(),
    computerName: os.hostname(),
    ...(runtime.lastError === undefined ? {} : { errors: [runtime.lastError.message] }),
    processUptime: Math.round(process.uptime() * 1000),
    functionAppContentEditingState: "Unknown",
  };
}
