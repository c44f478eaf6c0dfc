export type PlanName = "flex" | "consumption" | "premium";

const GIGABYTE = 1_000_000_000;

/** Space for the unpacked package: the temporary storage of one instance. */
export const DISK_LIMIT_BYTES: Readonly<Record<PlanName, number>> = {
  flex: 0.8 * GIGABYTE,
  consumption: 1.5 * GIGABYTE,
  premium: 21 * GIGABYTE,
};

const SKUS: Readonly<Record<string, PlanName>> = { FC1: "flex", Y1: "consumption" };

/** The plan of a service plan SKU; any SKU other than Flex Consumption and Consumption counts as premium. */
export function planOfSku(sku: string): PlanName {
  return SKUS[sku] ?? "premium";
}
