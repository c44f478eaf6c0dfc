// Whichever storage call fails, and however: every entity operation is done once, and no lock is left.

import type { EntityContext, OrchestrationContext } from "durable-functions";
import * as df from "durable-functions";
import { expect, test } from "vitest";
import type { TaskHubClient } from "../../../../local/src/engine/client.ts";
import { entityStatusOf } from "../../../../local/src/engine/entities/entity-status.ts";
import { OrchestrationAlreadyExistsError } from "../../../../local/src/engine/errors.ts";
import type { Fate } from "../../../helpers/crashable-storage.ts";
import type { StorageCall } from "../../../helpers/intercept-storage.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../../helpers/virtual-world.ts";

const account = (key: string) => new df.EntityId("account", key);

function makeBank() {
  return new SdkInvoker({
    orchestrators: {
      *transfer(context: OrchestrationContext) {
        yield context.df.callEntity(account("a"), "add", 100);
        context.df.signalEntity(account("b"), "add", 1);
        const lock: { release(): void } = yield context.df.lock(account("b"), account("a"));
        const value: number = yield context.df.callEntity(account("a"), "add", -30);
        yield context.df.callEntity(account("b"), "add", 30);
        lock.release();
        return value;
      },
    },
    entities: {
      account(context: EntityContext<number>) {
        const value = (context.df.getState(() => 0) ?? 0) + (context.df.getInput<number>() ?? 0);
        context.df.setState(value);
        context.df.return(value);
      },
    },
  });
}

async function begin(client: TaskHubClient): Promise<void> {
  const start = () => client.start({ name: "transfer", input: null, instanceId: "t" });
  await start()
    .catch(start)
    .catch((error) => expect(error).toBeInstanceOf(OrchestrationAlreadyExistsError));
}

async function run(fate: Fate | undefined, atCall: number) {
  const world = new VirtualWorld();
  const invoker = makeBank();
  let calls = 0;
  let isStarted = false;
  const fateOf = ({ resource }: StorageCall) => {
    if (!isStarted || resource.endsWith("Partitions")) return undefined;
    calls += 1;
    return calls === atCall ? fate : undefined;
  };
  const first = await world.startEngine({ invoker, fateOf });
  isStarted = true;
  void begin(first.client);
  await world.settle();
  const isSettled = async () => (await world.status("t"))?.output != null && world.messages().length === 0;
  const end = await world.until(async () => (first.isDead() ? "died" : (await isSettled()) && "settled"));
  if (end === "died") {
    const { client } = await world.startEngine({ invoker });
    // After it has ended, another start would be a second transfer.
    if ((await world.status("t"))?.runtimeStatus !== "Completed") await begin(client);
    await world.until(isSettled);
  }
  const { instances } = await world.stores();
  const entities = await Promise.all(
    ["a", "b"].map(async (key) => {
      const status = await instances.status(`@account@${key}`, { withInput: true });
      const { state, lockedBy, queueLength } = (status && entityStatusOf(status)) ?? {};
      return { state, lockedBy, queueLength };
    }),
  );
  return { calls, outcome: { output: (await world.status("t"))?.output, entities } };
}

const EXPECTED = {
  output: "70",
  entities: [
    { state: "70", lockedBy: null, queueLength: 0 },
    { state: "31", lockedBy: null, queueLength: 0 },
  ],
};

test.each(["before", "after", "refused", "lost"] satisfies Fate[])(
  "a failure (%s) at any single storage call does not change the result",
  async (fate) => {
    const { calls, outcome } = await run(undefined, 0);
    expect(outcome).toEqual(EXPECTED);
    for (let call = 1; call <= calls; call += 1) {
      expect({ call, ...(await run(fate, call)).outcome }).toEqual({ call, ...EXPECTED });
    }
  },
);
