import { expect, test } from "vitest";
import type { HostEvent } from "../../../local/src/events/host-event.ts";
import { ProgressReporter } from "../../../local/src/host/progress-reporter.ts";

const CALL = { name: "orchestrator", instanceId: "run" };
const STEP = { name: "same_step_000", index: 0, total: 2 };

function setUp() {
  const events: HostEvent[] = [];
  const reporter = new ProgressReporter((event) => events.push(event));
  const report = (customStatus: unknown, call = CALL) =>
    reporter.report(call, { kind: "returned", value: { isDone: false, actions: [[]], customStatus } });
  return { events, reporter, report };
}

test("each change of a custom status is an event, with the step if it specifies one", () => {
  const { events, report } = setUp();
  const status = { step: STEP, completedCount: 0 };
  report(status);
  report(status);
  report("half way");
  expect(events).toMatchObject([
    { kind: "instance-progressed", instanceId: "run", functionName: "orchestrator", customStatus: status, step: STEP },
    { customStatus: "half way", step: null },
  ]);
});

test.each([[undefined], [null]])("a custom status of %s is ignored", (customStatus) => {
  const { events, report } = setUp();
  report(customStatus);
  expect(events).toEqual([]);
});

test.each([
  [{ step: "one" }],
  [{ step: { name: "one", index: 0.5, total: 1 } }],
  [{ step: { index: 0, total: 1 } }],
  [[]],
])("%j does not specify a step", (customStatus) => {
  const { events, report } = setUp();
  report(customStatus);
  expect(events).toMatchObject([{ step: null }]);
});

test("instances are tracked separately", () => {
  const { events, report } = setUp();
  report("same");
  report("same", { ...CALL, instanceId: "other" });
  expect(events).toHaveLength(2);
});

test("code that threw has no progress to report", () => {
  const { events, reporter } = setUp();
  reporter.report(CALL, { kind: "threw", message: "no", stack: null });
  expect(events).toEqual([]);
});
