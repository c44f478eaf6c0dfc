import { mkdir } from "node:fs/promises";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { openStorage } from "../../local/src/storage/azure/open-storage.ts";
import { measureFanOut, measureSequential } from "./engine.ts";
import { type Figure, figure } from "./figure.ts";

const SEQUENTIAL = 100;
const FAN_OUT = 200;
const PAIRS = 200;
const CALLERS = 16;
// Microsoft's published figure for one instance on Azure.
const PUBLISHED_PER_SECOND = 5;

/** Activities through Azurite, beside what its queue alone gives. */
export async function benchEngine(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const azurite = await startAzurite({ azuriteDir: folder, data: "memory" });
  await azurite.ready;
  try {
    const { connectionString } = azurite;
    const pairs = await queuePairs(connectionString);
    const sequential = await measureSequential(SEQUENTIAL, connectionString);
    const fanOut = await measureFanOut(FAN_OUT, connectionString);
    return [
      figure("sequential activities", sequential.perSecond, "1/s", {
        atLeast: 40,
        yardstick: { name: "published for one instance on Azure", value: PUBLISHED_PER_SECOND },
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

async function queuePairs(connectionString: string): Promise<number> {
  const queue = openStorage(connectionString).queue("bench-pairs");
  await queue.createIfNotExists();
  let left = PAIRS;
  const startedAt = performance.now();
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const { messageId, popReceipt } = await queue.send("{}", { visibilityTimeoutS: 60 });
      await queue.delete(messageId, popReceipt);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return PAIRS / ((performance.now() - startedAt) / 1000);
}
