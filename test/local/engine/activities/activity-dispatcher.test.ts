import { type Clock, silentLogger } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import {
  ActivityDispatcher,
  type ActivityDispatcherDeps,
} from "../../../../local/src/engine/activities/activity-dispatcher.ts";
import { FunctionLog } from "../../../../local/src/engine/function-log.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

/** Pauses end only when they are cut short. */
function clockWithoutEnd(): Clock {
  const fake = new FakeClock();
  return {
    now: () => fake.now(),
    nowTicks: () => fake.nowTicks(),
    sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
  };
}

function makeDispatcher(maxConcurrentActivities: number) {
  let onSend = () => {};
  const asked: number[] = [];
  const reported: number[] = [];
  const answers: { resolve(): void }[] = [];
  const settings = { hubName: "Hub", traceInputsAndOutputs: false, traceReplayEvents: false };
  const dispatcher = new ActivityDispatcher({
    queue: {
      name: "hub-workitems",
      onSend(wake: () => void) {
        onSend = wake;
      },
      async receive(limit: number) {
        asked.push(limit);
        return [];
      },
    },
    held: { add: () => true, delete: async () => {} },
    router: () => ({ send: async () => reported.push(1) }),
    invoker: {
      durableFunctions: () => [{ name: "SayHello", kind: "activity", isDisabled: false }],
      async invokeActivity() {
        const answer = Promise.withResolvers<void>();
        answers.push(answer);
        await answer.promise;
        return { kind: "returned", value: null };
      },
    },
    clock: clockWithoutEnd(),
    log: silentLogger,
    functionLog: new FunctionLog(silentLogger, settings),
    maxConcurrentActivities,
    maxPollingIntervalMs: 1_000,
  } as unknown as ActivityDispatcherDeps);
  dispatcher.start();
  onTestFinished(async () => {
    for (const answer of answers) answer.resolve();
    await dispatcher.stop();
  });
  const work = () => {
    const slot = dispatcher.reserve();
    expect(slot).not.toBeNull();
    slot?.run(workItem());
  };
  return { dispatcher, asked, reported, answers, work, sendElsewhere: () => onSend() };
}

function workItem(): ReceivedMessage {
  const OrchestrationInstance = { InstanceId: "abc", ExecutionId: "e1" };
  const Event = historyEvents.taskScheduled(0);
  const TaskMessage = { Event, SequenceNumber: 0, OrchestrationInstance, OrchestrationExecutionContext: null };
  return { messageId: "m", data: { TaskMessage } } as unknown as ReceivedMessage;
}

test("activities that this host sent itself cost no look into the queue", async () => {
  const { asked, reported, answers, work } = makeDispatcher(4);
  await waitFor(() => asked.length === 1);
  for (let i = 0; i < 3; i++) {
    work();
    await waitFor(() => answers.length === i + 1);
    answers[i]?.resolve();
    await waitFor(() => reported.length === i + 1);
  }
  expect(asked).toEqual([3]);
});

test("a slot that becomes free is filled from the queue where something was sent when there was none", async () => {
  const { dispatcher, asked, answers, work, sendElsewhere } = makeDispatcher(1);
  await waitFor(() => asked.length === 1);
  work();
  await waitFor(() => answers.length === 1);
  expect(dispatcher.reserve()).toBeNull();
  sendElsewhere();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(1);
  answers[0]?.resolve();
  await waitFor(() => asked.length === 2);
});
