import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { entityStatusOf } from "../../local/src/engine/entities/entity-status.ts";
import type { Engine } from "../../local/src/engine/index.ts";
import { toInstanceId } from "../../local/src/engine/messages/entity-id.ts";
import { openStorage } from "../../local/src/storage/azure/open-storage.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import { ENTITIES, type Orchestrators, run, withEngine } from "./engine.ts";
import { type Figure, figure } from "./figure.ts";
import { queuePairs } from "./queue-pairs.ts";

const SIGNALS = 1_000;
const CALLS = 1_000;
const ONE_AFTER_ANOTHER = 100;
const CALLERS = 16;
const POLL_MS = 20;
const DEADLINE_MS = 120_000;
// A call is two messages, request and response; a signal is one.
const MESSAGES_OF_A_CALL = 2;

/** Signals and calls of entities through Azurite, compared with the same number of messages through its queues. */
export async function benchEntities(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const azurite = await startAzurite({ azuriteDir: folder, data: "memory" });
  await azurite.ready;
  try {
    const storage = openStorage(azurite.connectionString);
    const pairs = await queuePairs(storage, CALLERS, SIGNALS);
    const onePair = await queuePairs(storage, 1);
    const name = `send+delete pairs of one Azurite queue, ${CALLERS} callers`;
    return [
      figure(`${SIGNALS} signals to ${ENTITIES} entities`, await signalRate(storage), "1/s", {
        yardstick: { name, value: pairs },
      }),
      figure(`${CALLS} calls of ${ENTITIES} entities at once`, await callRate("entityFanOut", CALLS, storage), "1/s", {
        yardstick: { name: `half of the ${name}`, value: pairs / MESSAGES_OF_A_CALL },
      }),
      figure(
        "calls of an entity, one after another",
        await callRate("entityCalls", ONE_AFTER_ANOTHER, storage),
        "1/s",
        {
          yardstick: {
            name: "half of the send+delete pairs of one Azurite queue, one after another",
            value: onePair / MESSAGES_OF_A_CALL,
          },
        },
      ),
    ];
  } finally {
    await azurite.stop();
  }
}

function callRate(name: keyof Orchestrators, count: number, storage: StorageAccount): Promise<number> {
  return withEngine(storage, echo, async (engine) => {
    await run(engine, name, 1);
    return count / (await run(engine, name, count));
  });
}

/** From the first signal that a client sends until the states of all entities include all signals. */
function signalRate(storage: StorageAccount): Promise<number> {
  return withEngine(storage, echo, async (engine) => {
    await signalAll(engine, ENTITIES);
    await untilCounted(engine, ENTITIES);
    const startedAt = performance.now();
    await signalAll(engine, SIGNALS);
    await untilCounted(engine, ENTITIES + SIGNALS);
    return SIGNALS / ((performance.now() - startedAt) / 1000);
  });
}

async function signalAll({ client }: Engine, count: number): Promise<void> {
  let sent = 0;
  const caller = async () => {
    while (sent < count) {
      sent += 1;
      await client.signalEntity(entityAt(sent), "add", "1");
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

async function untilCounted({ client }: Engine, expected: number): Promise<void> {
  const endsAt = performance.now() + DEADLINE_MS;
  for (;;) {
    const rows = await Promise.all(
      Array.from({ length: ENTITIES }, (_, index) =>
        client.getStatus(toInstanceId(entityAt(index)), { withInput: true }),
      ),
    );
    const sum = rows.reduce((total, row) => total + Number((row && entityStatusOf(row)?.state) ?? 0), 0);
    if (sum === expected) return;
    if (performance.now() > endsAt) throw new Error(`${sum} of ${expected} signals have arrived after two minutes.`);
    await delay(POLL_MS);
  }
}

const entityAt = (index: number) => ({ name: "tally", key: `signalled-${index % ENTITIES}` });

const echo = (value: unknown) => value;
