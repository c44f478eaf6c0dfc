import type { LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { PhaseView } from "../../../toolkit/src/ports.ts";
import { StepBoard } from "../../../toolkit/src/usecases/step-board.ts";
import { waitFor } from "../../helpers/wait-for.ts";

/** Shows a board of two steps; `seen` is what a person sees. */
function showBoard() {
  const seen: string[] = [];
  const view = {
    async phase(title, work) {
      seen.push(`> ${title}`);
      try {
        const value = await work({ say: () => {}, note: (text) => seen.push(text) });
        seen.push(`✓ ${title}`);
        return value;
      } catch (error) {
        seen.push(`✗ ${title}`);
        throw error;
      }
    },
  } as PhaseView;
  const board = new StepBoard(["one", "two"]);
  const shown = board.show(view);
  shown.catch(() => {});
  return { board, seen, shown };
}

const entry = (source: LogEntry["source"], message: string) => ({ source, message }) as LogEntry;
const begins = entry("system", "Executing 'Functions.executor'");
const ends = entry("system", "Executed 'Functions.executor' (Succeeded, Id=1, Duration=2ms)");
const fails = entry("system", "Executed 'Functions.executor' (Failed, Id=1, Duration=2ms)");

test("lines stand under the step that printed them, although the status is behind", async () => {
  const { board, seen, shown } = showBoard();
  for (const line of [begins, entry("user", "a"), ends, begins, entry("user", "b"), ends]) board.readLog(line);
  board.complete();
  await shown;
  expect(seen).toEqual(["> one", "a", "✓ one", "> two", "b", "✓ two"]);
});

test("the status alone is enough", async () => {
  const { board, seen, shown } = showBoard();
  board.update({ completedCount: 1 });
  await waitFor(() => seen.includes("> two"));
  board.update({ completedCount: 2 });
  await shown;
  expect(seen).toEqual(["> one", "✓ one", "> two", "✓ two"]);
});

test("status and log of one end count once", async () => {
  const { board, seen, shown } = showBoard();
  for (const line of [begins, ends]) board.readLog(line);
  board.update({ completedCount: 1 });
  for (const line of [begins, entry("user", "b")]) board.readLog(line);
  board.fail("Failed");
  await expect(shown).rejects.toThrow("Failed");
  expect(seen).toEqual(["> one", "✓ one", "> two", "b", "✗ two"]);
});

test("a step that fails is the one that is marked, though its call succeeded", async () => {
  const { board, seen, shown } = showBoard();
  for (const line of [begins, entry("user", "a"), ends]) board.readLog(line);
  board.fail("Failed");
  await expect(shown).rejects.toThrow("Failed");
  expect(seen).toEqual(["> one", "a", "✗ one"]);
});

test("a call that a crash interrupted and that is made again is one step", async () => {
  const { board, seen, shown } = showBoard();
  for (const line of [begins, fails, begins, entry("user", "again"), ends, begins]) board.readLog(line);
  board.complete();
  await shown;
  expect(seen).toEqual(["> one", "again", "✓ one", "> two", "✓ two"]);
});
