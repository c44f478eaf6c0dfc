// Requests to entities in the first episode of a generation, which may be run again after a crash or a failed write.

import df, { type EntityContext, type OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import type { TaskHubClient } from "../../../../local/src/engine/client.ts";
import { entityStatusOf } from "../../../../local/src/engine/entities/entity-status.ts";
import { toInstanceId } from "../../../../local/src/engine/messages/entity-id.ts";
import type { Fate } from "../../../helpers/crashable-storage.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../../helpers/virtual-world.ts";

const TALLY = new df.EntityId("tally", "all");

const makeApp = () =>
  new SdkInvoker({
    orchestrators: {
      *Twice(context: OrchestrationContext) {
        if (context.df.getInput() === 0) {
          yield context.df.waitForExternalEvent("Go");
          context.df.continueAsNew(1);
          return "again";
        }
        context.df.signalEntity(TALLY, "add", 1);
        yield context.df.waitForExternalEvent("End");
        return "done";
      },
    },
    entities: {
      tally: ({ df: entity }: EntityContext<number>) => entity.setState((entity.getState(() => 0) ?? 0) + 1),
    },
  });

async function run(fate: Fate | undefined, atWrite: number) {
  const world = new VirtualWorld();
  let writes = 0;
  let isArmed = false;
  const fateOf = ({ resource, operation }: { resource: string; operation: string }) => {
    if (!isArmed || !/History$/.test(resource) || operation !== "transact") return undefined;
    writes += 1;
    return writes === atWrite ? fate : undefined;
  };
  const beforeWork = async (client: TaskHubClient) => {
    await client.start({ name: "Twice", instanceId: "twice", input: "0" });
    isArmed = true;
  };
  const first = await world.startEngine({ invoker: makeApp(), fateOf, beforeWork });
  await world.settle();
  const going = first.isDead() ? await world.startEngine({ invoker: makeApp() }) : first;
  await world.during(going.client.raiseEvent("twice", "Go", "1"));
  await world.pass(120_000);
  const last = going.isDead() ? await world.startEngine({ invoker: makeApp() }) : going;
  await world.pass(120_000);
  const { instances } = await world.stores();
  const row = await instances.status(toInstanceId(TALLY), { withInput: true });
  await world.during(last.client.raiseEvent("twice", "End", "1"));
  await world.pass(60_000);
  if (last.isDead()) await world.startEngine({ invoker: makeApp() });
  await world.pass(60_000);
  return { state: row && entityStatusOf(row)?.state, status: (await world.status("twice"))?.runtimeStatus, writes };
}

test.each(["before", "after", "refused", "lost"] as const)(
  "a signal is processed once, whichever history write fails (%s)",
  async (fate) => {
    const { writes } = await run(undefined, 0);
    expect(writes).toBeGreaterThan(2);
    for (let write = 1; write <= writes; write += 1) {
      expect({ write, ...(await run(fate, write)) }).toMatchObject({ write, state: "1", status: "Completed" });
    }
  },
);
