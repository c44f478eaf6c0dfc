import { mkdir } from "node:fs/promises";
import { createSystemClock } from "@same-kit/shared";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { openStorage } from "../../local/src/storage/azure/open-storage.ts";
import { createMemoryStorage } from "../../local/src/storage/memory/memory-storage.ts";
import { measureFanOut, measureSequential } from "./engine.ts";
import { type Figure, figure } from "./figure.ts";
import { queuePairs } from "./queue-pairs.ts";

const SEQUENTIAL = 100;
const FAN_OUT = 200;
const SEQUENTIAL_IN_MEMORY = 200;
const FAN_OUT_IN_MEMORY = 2_000;
const CALLERS = 16;
// Microsoft's published figure for one instance on Azure.
const PUBLISHED_PER_SECOND = 5;

/** Activities through Azurite, compared with what its queue alone can do. */
export async function benchEngine(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const azurite = await startAzurite({ azuriteDir: folder, data: "memory" });
  await azurite.ready;
  try {
    const storage = openStorage(azurite.connectionString);
    const pairs = await queuePairs(storage, CALLERS);
    const onePair = await queuePairs(storage, 1);
    const sequential = await measureSequential(SEQUENTIAL, storage);
    const fanOut = await measureFanOut(FAN_OUT, storage);
    return [
      ...(await withoutAzurite()),
      figure("sequential activities", sequential.perSecond, "1/s", {
        atLeast: 40,
        yardstick: { name: "send+delete pairs of one Azurite queue, one after another", value: onePair },
        note: `published for one instance on Azure: ${PUBLISHED_PER_SECOND} 1/s`,
      }),
      figure(`fan-out of ${FAN_OUT} activities`, fanOut.perSecond, "1/s", {
        atLeast: 100,
        yardstick: { name: `send+delete pairs of one Azurite queue, ${CALLERS} callers`, value: pairs },
      }),
    ];
  } finally {
    await azurite.stop();
  }
}

/** On in-process storage: the cost of the engine and the library alone. */
async function withoutAzurite(): Promise<Figure[]> {
  const storage = () => createMemoryStorage({ clock: createSystemClock() });
  const sequential = await measureSequential(SEQUENTIAL_IN_MEMORY, storage());
  const fanOut = await measureFanOut(FAN_OUT_IN_MEMORY, storage());
  return [
    figure("in-process storage: sequential activities", sequential.perSecond, "1/s", { atLeast: 500 }),
    figure(`in-process storage: fan-out of ${FAN_OUT_IN_MEMORY}`, fanOut.perSecond, "1/s", { atLeast: 2_000 }),
  ];
}
