import { createHash } from "node:crypto";
import os from "node:os";
import { HOST_VERSION } from "../app-generation.ts";
import type { AppRuntime } from "../app-runtime.ts";

/** `GET /admin/host/status`; editors poll it until `state` is `Running`. */
export function toHostStatus(runtime: AppRuntime, appDir: string): Record<string, unknown> {
  return {
    id: hostId(appDir),
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

/** As `func` builds it: the machine's name and a hash of the app's path, at most 32 characters, lower case. */
function hostId(appDir: string): string {
  const machine = os
    .hostname()
    .replaceAll(/[^a-z0-9-]/gi, "")
    .slice(0, 21);
  const hash = createHash("sha256").update(appDir).digest().readUInt32BE(0);
  return `${machine}-${hash}`.toLowerCase().slice(0, 32);
}
