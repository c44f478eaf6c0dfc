import { startAzurite } from "../../local/src/azurite/index.ts";
import { openStorage } from "../../local/src/storage/azure/open-storage.ts";
import { measureChains } from "./chains.ts";
import { type Figure, figure, median } from "./figure.ts";

const LOAD = { inFlight: 20, activities: 5, slices: 10, sliceMs: 60_000 };
const AT_LEAST = { memory: 220, disk: 120 };

/** Whether the pace holds for ten minutes; takes twenty. */
export async function benchSteady(folder: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const data of ["memory", "disk"] as const) {
    const azurite = await startAzurite({ azuriteDir: `${folder}-${data}`, data });
    try {
      await azurite.ready;
      const rates = await measureChains(LOAD, openStorage(azurite.connectionString));
      const ratio = (rates.at(-1) ?? 0) / (rates[0] ?? 1);
      const note = rates.map((it) => it.toFixed(0)).join(" ");
      figures.push(
        figure(`${data}: ${LOAD.inFlight} chains, minute 10 / minute 1`, ratio, "x", { atLeast: 0.9, note }),
        figure(`${data}: ${LOAD.inFlight} chains in flight`, median(rates), "1/s", { atLeast: AT_LEAST[data] }),
      );
    } finally {
      await azurite.stop();
    }
  }
  return figures;
}
