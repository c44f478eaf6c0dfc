import type { DurableTaskSettings } from "../settings.ts";

export type EntitySettings = Pick<
  DurableTaskSettings,
  "entityMessageReorderWindowInMinutes" | "maxEntityOperationBatchSize"
>;

/** How much later than its successors a message may arrive, in units of 100 ns. */
export function reorderWindowTicks({ entityMessageReorderWindowInMinutes: minutes }: EntitySettings): bigint {
  return BigInt(Math.round(minutes * 60)) * 10_000_000n;
}
