import type { DurableTaskSettings } from "../settings.ts";

export type EntitySettings = Pick<
  DurableTaskSettings,
  "entityMessageReorderWindowInMinutes" | "maxEntityOperationBatchSize"
>;

/** How long a message may be on its way behind those that were sent after it; in 100 ns. */
export function reorderWindowTicks({ entityMessageReorderWindowInMinutes: minutes }: EntitySettings): bigint {
  return BigInt(Math.round(minutes * 60)) * 10_000_000n;
}
