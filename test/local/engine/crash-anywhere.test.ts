// One call to the storage goes wrong, whichever it is and however: the orchestration comes to the same end.

import df, { type OrchestrationContext } from "durable-functions";
import { expect, test } from "vitest";
import type { TaskHubClient } from "../../../local/src/engine/client.ts";
import { OrchestrationAlreadyExistsError } from "../../../local/src/engine/errors.ts";
import type { Fate } from "../../helpers/crashable-storage.ts";
import type { StorageCall } from "../../helpers/intercept-storage.ts";
import { SdkInvoker } from "../../helpers/sdk-orchestrator.ts";
import { VirtualWorld } from "../../helpers/virtual-world.ts";

type Input = { isSecond: boolean; got: unknown[] };

const orchestrators = {
  *rich(context: OrchestrationContext) {
    const { isSecond, got } = context.df.getInput() as Input;
    context.df.setCustomStatus({ isSecond });
    if (!isSecond) {
      const work = [context.df.callActivity("step", "a"), context.df.callSubOrchestrator("child", "b")];
      const both: unknown[] = yield context.df.Task.all(work);
      const event: unknown = yield context.df.waitForExternalEvent("Go");
      context.df.continueAsNew({ isSecond: true, got: [...both, event] });
      return;
    }
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 300));
    const flaky: unknown = yield context.df.callActivityWithRetry("flaky", new df.RetryOptions(100, 5));
    try {
      yield context.df.callSubOrchestrator("fails", null);
    } catch {
      return [...got, flaky, "caught"];
    }
  },
  *child(context: OrchestrationContext) {
    const done: unknown = yield context.df.callActivity("step", context.df.getInput());
    return done;
  },
  *fails(context: OrchestrationContext) {
    yield context.df.callActivity("boom", null);
  },
};

function makeApp() {
  let attempts = 0;
  const activities = {
    step: (name: unknown) => `${name} done`,
    boom: () => {
      throw new Error("no luck");
    },
    flaky: () => {
      attempts += 1;
      if (attempts < 2) throw new Error("not yet");
      return "fine";
    },
  };
  return new SdkInvoker({ orchestrators, activities });
}

const OUTPUT = '["a done","b done","go","fine","caught"]';
const INPUT = '{"isSecond":false,"got":[]}';
const isWork = ({ resource }: StorageCall) => !resource.endsWith("Partitions");

/** What a client does whose call failed, or whose host died: it tries again. */
async function begin(client: TaskHubClient): Promise<void> {
  const start = { name: "rich", input: INPUT, instanceId: "rich" };
  const attempts: (() => Promise<unknown>)[] = [
    () => client.start(start),
    () => client.raiseEvent("rich", "Go", '"go"'),
  ];
  for (const attempt of attempts) {
    await attempt()
      .catch(attempt)
      .catch((error) => expect(error).toBeInstanceOf(OrchestrationAlreadyExistsError));
  }
}

/** @returns how the run ended, and how many calls to the storage it made. */
async function runRich(fate: Fate | undefined, atCall: number) {
  const world = new VirtualWorld();
  const invoker = makeApp();
  let calls = 0;
  let isStarted = false;
  const fateOf = (call: StorageCall) => {
    if (!isStarted || !isWork(call)) return undefined;
    calls += 1;
    return calls === atCall ? fate : undefined;
  };
  const first = await world.startEngine({ invoker, fateOf });
  isStarted = true;
  void begin(first.client);
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
    await begin(client);
  }
  throw new Error("It died twice.");
}

const MOMENTS = {
  before: "dies before it",
  after: "dies after it",
  refused: "is refused it",
  lost: "does not hear of it",
} satisfies Record<Fate, string>;

for (const [fate, what] of Object.entries(MOMENTS) as [Fate, string][]) {
  test(`a host that ${what}, whichever call it is, leaves the same end and no message`, async () => {
    const { calls } = await runRich(undefined, 0);
    for (let call = 1; call <= calls; call += 1) {
      const { end, messages } = await runRich(fate, call);
      expect({ call, end, messages }).toEqual({ call, end: OUTPUT, messages: 0 });
    }
  });
}
