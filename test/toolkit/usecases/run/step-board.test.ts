import { expect, test } from "vitest";
import type { PhaseView } from "../../../../toolkit/src/ports.ts";
import { StepBoard } from "../../../../toolkit/src/usecases/run/step-board.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

/** Shows a board of two steps; `seen` is the visible output. */
function showBoard() {
  const seen: string[] = [];
  const view = {
    async phase(title, work) {
      seen.push(`> ${title}`);
      try {
        const value = await work({
          say: () => {},
          note: (text) => seen.push(text),
          rewrite: (text) => seen.push(`rewrite ${text}`),
        });
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

test("lines are shown below the step that printed them", async () => {
  const { board, seen, shown } = showBoard();
  board.print("a");
  board.finish(1);
  board.print("b");
  board.complete();
  await shown;
  expect(seen).toEqual(["> one", "a", "✓ one", "> two", "b", "✓ two"]);
});

test("outdated progress is ignored", async () => {
  const { board, seen, shown } = showBoard();
  board.finish(1);
  board.finish(0);
  await waitFor(() => seen.includes("> two"));
  board.finish(2);
  await shown;
  expect(seen).toEqual(["> one", "✓ one", "> two", "✓ two"]);
});

test("when the run stops, the running step is marked", async () => {
  const { board, seen, shown } = showBoard();
  board.finish(1);
  board.print("b");
  board.stop("Failed");
  await expect(shown).rejects.toThrow("Failed");
  expect(seen).toEqual(["> one", "✓ one", "> two", "b", "✗ two"]);
});

test("a run that stops in its first step does not show the second", async () => {
  const { board, seen, shown } = showBoard();
  board.stop("interrupted");
  await expect(shown).rejects.toThrow("interrupted");
  expect(seen).toEqual(["> one", "✗ one"]);
});

test("a run that stops after its last step marks that step", async () => {
  const { board, seen, shown } = showBoard();
  board.finish(2);
  board.stop("Failed");
  await shown;
  expect(seen).toEqual(["> one", "✓ one", "> two", "✓ two"]);
});

test("a line that will be overwritten is shown in place", async () => {
  const { board, seen, shown } = showBoard();
  for (const line of ["10%\r", "20%\r", "done"]) board.print(line);
  board.complete();
  await shown;
  expect(seen.filter((it) => /%|done/.test(it))).toEqual(["rewrite 10%", "rewrite 20%", "done"]);
});
