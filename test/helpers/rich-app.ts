// An orchestration with some of everything, and a client that tries again.

import df, { type OrchestrationContext } from "durable-functions";
import { expect } from "vitest";
import type { TaskHubClient } from "../../local/src/engine/client.ts";
import { OrchestrationAlreadyExistsError } from "../../local/src/engine/errors.ts";
import { SdkInvoker } from "./sdk-orchestrator.ts";

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

export function makeRichApp() {
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

/** The result of the instance `rich`. */
export const RICH_OUTPUT = '["a done","b done","go","fine","caught"]';
const INPUT = '{"isSecond":false,"got":[]}';
/** Like a client whose call failed, or whose host died: it tries again. */
export async function beginRich(client: TaskHubClient): Promise<void> {
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
