import { type FunctionsHost, type HostExtension, isWarmup } from "../host/index.ts";

/** The warmup trigger: its function runs once when the host has started, as on a new instance in Azure. */
export function createWarmupExtension(): HostExtension & { start(host: Pick<FunctionsHost, "invoke">): void } {
  return {
    name: "warmup",
    triggerTypes: ["warmupTrigger"],
    start: (host) => void host.invoke((functions) => functions.find(isWarmup), { triggerData: { json: "{}" } }),
  };
}
