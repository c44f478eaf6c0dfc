import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPhaseView } from "../../../toolkit/src/ui/phases.ts";
import { createTestConsole } from "../../helpers/console.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("without a terminal a line that is being overwritten is shown once a second", async () => {
  const console = createTestConsole();
  const view = createPhaseView(console, new AbortController().signal);
  await view.phase("step", async ({ rewrite, note }) => {
    for (let percent = 0; percent < 100; percent += 4) {
      rewrite(`${percent}%`);
      vi.advanceTimersByTime(100);
    }
    note("100%");
  });
  const shown = console
    .stderr()
    .split("\n")
    .filter((line) => line.includes("%"));
  expect(shown.map((line) => line.trim())).toEqual(["40%", "80%", "100%"]);
});
