import { expect, test } from "vitest";
import type { EpisodeSettings } from "../../../../local/src/engine/orchestrations/episode-types.ts";
import { EngineHub } from "../../../helpers/engine-hub.ts";
import { type SdkApp, SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const orchestrators: SdkApp["orchestrators"] = {
  *Greets(context) {
    const who: unknown = yield context.df.waitForExternalEvent("Who");
    return yield context.df.callActivity("Hello", who);
  },
  *Fails(context) {
    yield context.df.callActivity("Hello", "first");
    throw new Error("a secret");
  },
  *Child(context) {
    yield context.df.createTimer(new Date("2026-06-24T14:01:00Z"));
  },
  *Waits(context) {
    yield context.df.callSubOrchestrator("Child", undefined, "child");
    yield context.df.createTimer(new Date("2026-06-24T14:02:00Z"));
    yield context.df.callActivity("Fail", "x");
  },
  *Again(context) {
    yield context.df.callActivity("Hello", "first");
    if (context.df.getInput() === 1) context.df.continueAsNew(2);
    return "done";
  },
};

function Fail(): never {
  throw new Error("no luck");
}

function makeHub(settings: Partial<EpisodeSettings> = {}) {
  const invoker = new SdkInvoker({ orchestrators, activities: { Hello: (who: unknown) => `Hello ${who}`, Fail } });
  const hub = new EngineHub(invoker, { settings });
  const entries = () => hub.logged.filter((it) => it.component === "Host.Triggers.DurableTask");
  return { hub, entries, lines: () => entries().map((it) => it.message) };
}

async function greet(settings: Partial<EpisodeSettings> = {}): Promise<string[]> {
  const { hub, lines } = makeHub(settings);
  hub.start("Greets", { polite: true });
  await hub.run();
  hub.raise("abc", "Who", "you");
  await hub.run();
  return lines();
}

test("the life of an orchestration is logged in the extension's words, without inputs and outputs", async () => {
  expect(await greet()).toEqual([
    "abc: Function 'Greets (Orchestrator)' scheduled. Reason: NewInstance. IsReplay: False. State: Scheduled. RuntimeStatus: Pending. HubName: Hub.",
    "abc: Function 'Greets (Orchestrator)' started. IsReplay: False. Input: (Redacted 15 characters). State: Started. RuntimeStatus: Running. HubName: Hub. TaskEventId: -1",
    "abc: Function 'Greets (Orchestrator)' awaited. IsReplay: False. State: Awaited. HubName: Hub.",
    "abc: Function 'Greets (Orchestrator)' received a 'Who' event. State: ExternalEventRaised. HubName: Hub.",
    "abc: Function 'Hello (Activity)' scheduled. Reason: Greets. IsReplay: False. State: Scheduled. RuntimeStatus: Pending. HubName: Hub.",
    "abc: Function 'Greets (Orchestrator)' awaited. IsReplay: False. State: Awaited. HubName: Hub.",
    "abc: Function 'Hello (Activity)' started. IsReplay: False. Input: (Redacted 5 characters). State: Started. RuntimeStatus: Running. HubName: Hub. TaskEventId: 0",
    "abc: Function 'Hello (Activity)' completed. ContinuedAsNew: False. IsReplay: False. Output: (Redacted 11 characters). State: Completed. RuntimeStatus: Completed. HubName: Hub. TaskEventId: 0",
    "abc: Function 'Greets (Orchestrator)' completed. ContinuedAsNew: False. IsReplay: False. Output: (Redacted 11 characters). State: Completed. RuntimeStatus: Completed. HubName: Hub. TaskEventId: -1",
  ]);
});

test("traceInputsAndOutputs adds inputs and outputs to the log", async () => {
  const text = (await greet({ traceInputsAndOutputs: true })).join("\n");
  expect(text).toContain('Input: {"polite":true}.');
  expect(text).toContain('Input: "you".');
  expect(text).toContain('Output: "Hello you".');
});

test("the children, timers and failed activities of an orchestration are logged", async () => {
  const { hub, lines } = makeHub({ traceInputsAndOutputs: true });
  hub.start("Waits");
  await hub.run();
  const tail = "HubName: Hub.";
  expect(lines().filter((it) => /Fail|Greets|Child|timer/.test(it))).toEqual([
    `abc: Function 'Child (Orchestrator)' scheduled. Reason: Waits. IsReplay: False. State: Scheduled. RuntimeStatus: Pending. ${tail} TargetInstanceId: child.`,
    expect.stringMatching(/^child: Function 'Child \(Orchestrator\)' started\./),
    expect.stringMatching(/^child: Function 'Child \(Orchestrator\)' awaited\./),
    expect.stringMatching(/^child: Function 'Child \(Orchestrator\)' was resumed by a timer/),
    expect.stringMatching(/^child: Function 'Child \(Orchestrator\)' completed\./),
    `abc: Function 'Waits (Orchestrator)' was resumed by a timer scheduled for '2026-06-24T14:02:00Z'. IsReplay: False. State: TimerExpired. ${tail}`,
    `abc: Function 'Fail (Activity)' scheduled. Reason: Waits. IsReplay: False. State: Scheduled. RuntimeStatus: Pending. ${tail}`,
    `abc: Function 'Fail (Activity)' started. IsReplay: False. Input: "x". State: Started. RuntimeStatus: Running. ${tail} TaskEventId: 2`,
    `abc: Function 'Fail (Activity)' failed with an error. Reason: Activity function 'Fail' failed:  no luck. IsReplay: False. State: Failed. RuntimeStatus: Failed. ${tail} TaskEventId: 2`,
    expect.stringContaining("abc: Function 'Waits (Orchestrator)' failed with an error. Reason: "),
  ]);
});

test("traceReplayEvents logs replayed events again, marked as such", async () => {
  const replayed = (await greet({ traceReplayEvents: true })).filter((it) => /IsReplay: True/.test(it));
  expect(replayed.map((it) => it.slice(0, it.indexOf(".")))).toEqual([
    "abc: Function 'Greets (Orchestrator)' started",
    "abc: Function 'Greets (Orchestrator)' started",
    "abc: Function 'Hello (Activity)' scheduled",
  ]);
});

test("the text of a failure is only shown together with the inputs", async () => {
  const failedLine = async (settings: Partial<EpisodeSettings>) => {
    const { hub, lines } = makeHub(settings);
    hub.start("Fails");
    await hub.run();
    return lines().at(-1);
  };
  expect(await failedLine({})).toMatch(/failed with an error. Reason: \(Redacted \d+ characters\)/);
  expect(await failedLine({ traceInputsAndOutputs: true })).toContain("a secret");
});

test("each generation logs its start and its end", async () => {
  const { hub, lines } = makeHub();
  hub.start("Again", 1);
  await hub.run();
  const ends = lines()
    .filter((it) => it.includes("(Orchestrator)"))
    .map((it) => /started|completed. ContinuedAsNew: \w+/.exec(it)?.[0]);
  expect(lines().join("\n")).toContain("ContinuedAsNew: True. IsReplay: False. Output: (Redacted 1 characters).");
  expect(ends.filter((it) => it !== undefined)).toEqual([
    "started",
    "completed. ContinuedAsNew: True",
    "started",
    "completed. ContinuedAsNew: False",
  ]);
});

test.each([
  ["terminated", "was terminated. Reason: (Redacted 6 characters)."],
  ["suspended", "Suspending function 'Greets (Orchestrator)'."],
] as const)("being %s is logged", async (how, expected) => {
  const { hub, lines } = makeHub();
  hub.start("Greets");
  await hub.run();
  if (how === "suspended") hub.suspend("abc");
  else hub.terminate("abc", "enough");
  await hub.run();
  expect(lines().join("\n")).toContain(expected);
});

test("being suspended and resumed is logged once each, also if the history is replayed into the log", async () => {
  const { hub, lines } = makeHub({ traceReplayEvents: true });
  hub.start("Greets");
  await hub.run();
  hub.suspend("abc");
  await hub.run();
  hub.resume("abc");
  await hub.run();
  hub.raise("abc", "Who", "you");
  await hub.run();
  expect(lines().filter((it) => /Suspending|Resuming/.test(it))).toEqual([
    "abc: Suspending function 'Greets (Orchestrator)'. Reason: (Redacted 5 characters). State: Suspended. RuntimeStatus: Suspended. HubName: Hub.",
    "abc: Resuming function 'Greets (Orchestrator)'. Reason: (Redacted 5 characters). State: Scheduled. RuntimeStatus: Running. HubName: Hub.",
  ]);
});

test("every line has the ID of its instance, so that a single run can be followed", async () => {
  const { hub, entries } = makeHub();
  hub.start("Again", 1);
  await hub.run();
  hub.start("Greets", null, "other");
  await hub.run();
  hub.suspend("other");
  hub.resume("other");
  await hub.run();
  for (const { message, fields } of entries()) expect(message.startsWith(`${fields["instanceId"]}: `)).toBe(true);
});
