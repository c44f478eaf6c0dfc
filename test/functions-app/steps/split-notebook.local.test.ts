import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { CellOutput } from "../../../functions-app/src/contract/step-details.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner } from "../../helpers/step-runner.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;
const CELLS = 14;

type Cell = { source: string; number: number };

function generate(seed: number): Cell[] {
  const text = execFileSync(python, ["test/fixtures/notebooks/generate.py", String(seed), String(CELLS)]);
  return (JSON.parse(text.toString()) as string[]).map((source, index) => ({ source, number: index + 1 }));
}

/** Where steps start, as determined by the seed. */
function split(cells: readonly Cell[], seed: number): Cell[][] {
  const steps: Cell[][] = [];
  for (const cell of cells) {
    const isFirst = steps.length === 0 || (seed * 7919 + cell.number * 104_729) % 5 < 2;
    if (isFirst) steps.push([]);
    steps.at(-1)?.push(cell);
  }
  return steps;
}

const KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)";

/** The outputs of each cell. @param isKilled - Each step is killed at its end, and executed again by another process. */
async function run(steps: readonly Cell[][], isKilled = false): Promise<CellOutput[][]> {
  const runner = await StepRunner.start({ python });
  const shown: CellOutput[][] = [];
  for (const [index, cells] of steps.entries()) {
    const options = { isLast: index === steps.length - 1, keepsResults: true };
    if (isKilled) {
      // When executed again, a step has the same files as the first time.
      const { files } = runner;
      const died = await runner.runCells([...cells, { source: KILL, number: CELLS + 1 }], options);
      expect(died).toMatchObject({ kind: "failed", failure: { type: "ProcessCrash" } });
      runner.files = files;
    }
    const result = await runner.runCells(cells, options);
    expect(result, JSON.stringify(result)).toMatchObject({ kind: "completed" });
    shown.push(...(await runner.detailsOf(result)).cells.map(({ outputs }) => outputs));
  }
  return shown;
}

test.each([1, 2, 3, 4, 5])(
  "notebook %i has the same results in a single step, in many steps, and with kill -9",
  async (seed) => {
    const cells = generate(seed);
    const steps = split(cells, seed);
    expect(steps.length).toBeGreaterThan(1);
    const whole = await run([cells]);
    expect(whole).toHaveLength(CELLS);
    expect(await run(steps)).toEqual(whole);
    expect(await run(steps.slice(0, 2), true)).toEqual(whole.slice(0, steps.slice(0, 2).flat().length));
  },
);
