// Whichever storage call fails, and however: the orchestration has the same result.

import { expect, test } from "vitest";
import type { Fate } from "../../helpers/crashable-storage.ts";
import type { StorageCall } from "../../helpers/intercept-storage.ts";
import { beginRich, makeRichApp, RICH_OUTPUT } from "../../helpers/rich-app.ts";
import { VirtualWorld } from "../../helpers/virtual-world.ts";

const isWork = ({ resource }: StorageCall) => !resource.endsWith("Partitions");

/** @returns The end of the run, and the number of its storage calls. */
async function runRich(fate: Fate | undefined, atCall: number) {
  const world = new VirtualWorld();
  const invoker = makeRichApp();
  let calls = 0;
  let isStarted = false;
  const fateOf = (call: StorageCall) => {
    if (!isStarted || !isWork(call)) return undefined;
    calls += 1;
    return calls === atCall ? fate : undefined;
  };
  const first = await world.startEngine({ invoker, fateOf });
  isStarted = true;
  void beginRich(first.client);
  await world.settle();

  let { client } = first;
  const isDead = () => first.isDead() && client === first.client;
  for (let rounds = 0; rounds < 2; rounds += 1) {
    const end = await world.until(async () => {
      if (isDead()) return "died";
      return (await world.status("rich"))?.output ?? false;
    });
    if (end !== "died") {
      await world.until(() => world.messages().length === 0);
      return { end, calls, messages: world.messages().length };
    }
    ({ client } = await world.startEngine({ invoker }));
    await beginRich(client);
  }
  throw new Error("It died twice.");
}

const MOMENTS = {
  before: "dies before a call",
  after: "dies after a call",
  refused: "is denied a call",
  lost: "does not get the response of a call",
} satisfies Record<Fate, string>;

for (const [fate, what] of Object.entries(MOMENTS) as [Fate, string][]) {
  test(`a host that ${what}, at any call, causes neither a different result nor a leftover message`, async () => {
    const { calls } = await runRich(undefined, 0);
    for (let call = 1; call <= calls; call += 1) {
      const { end, messages } = await runRich(fate, call);
      expect({ call, end, messages }).toEqual({ call, end: RICH_OUTPUT, messages: 0 });
    }
  });
}
