import { expect, test } from "vitest";
import type { RunStatus } from "../../../toolkit/src/adapters/app/run-status.ts";
import { followRun, WakeSignal } from "../../../toolkit/src/usecases/follow-run.ts";

const RUN = { id: "one" } as Parameters<typeof followRun>[0]["run"];
const statusOf = (runtimeStatus: RunStatus["runtimeStatus"]) => ({ runtimeStatus }) as RunStatus;

function follow(answers: (RunStatus | null)[], signal = new AbortController().signal) {
  const seen: string[] = [];
  const wake = new WakeSignal();
  const client = { status: async () => answers.shift() as RunStatus | null };
  const onStatus = ({ runtimeStatus }: RunStatus) => {
    seen.push(runtimeStatus);
    wake.give();
  };
  return { seen, end: followRun({ client, run: RUN, onStatus, wake, signal }) };
}

test.each(["Completed", "Failed", "Terminated", "Canceled"] as const)(
  "the status is polled until the run is %s",
  async (last) => {
    const { seen, end } = follow([statusOf("Pending"), statusOf("Running"), statusOf("Suspended"), statusOf(last)]);
    await expect(end).resolves.toMatchObject({ runtimeStatus: last });
    expect(seen).toEqual(["Pending", "Running", "Suspended", last]);
  },
);

test("a run that the app no longer knows is lost", async () => {
  await expect(follow([statusOf("Running"), null]).end).resolves.toBeNull();
});

test("an abort ends the polling with its reason", async () => {
  const controller = new AbortController();
  const { end } = follow(
    Array.from({ length: 1000 }, () => statusOf("Running")),
    controller.signal,
  );
  controller.abort(new Error("enough"));
  await expect(end).rejects.toThrow("enough");
});

test("a run that was sent a moment ago is not asked about before the first wake", async () => {
  const wake = new WakeSignal();
  let asked = 0;
  const client = {
    async status() {
      asked += 1;
      return statusOf("Completed");
    },
  };
  const { signal } = new AbortController();
  const end = followRun({ client, run: RUN, onStatus: () => {}, wake, isJustSent: true, signal });
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(0);
  wake.give();
  await expect(end).resolves.toMatchObject({ runtimeStatus: "Completed" });
  expect(asked).toBe(1);
});

test("a wake-up before the wait is not lost", async () => {
  const wake = new WakeSignal();
  wake.give();
  await expect(wake.next()).resolves.toBeUndefined();
});
