import path from "node:path";
import { expect, test } from "vitest";
import { PLACES, useBothPlaces } from "../helpers/both-places.ts";
import { formatExpected, listOutputNotebooks } from "../helpers/output-notebooks.ts";
import { listTestPythons } from "../helpers/pythons.ts";
import { StepRunner } from "../helpers/step-runner.ts";

// Outputs of libraries in their current versions, and nbformat's verdict on every notebook that a run produces.
const places = useBothPlaces();

test.each(listOutputNotebooks("libraries"))("$name produces the same outputs locally and deployed", async ({ dir }) => {
  const [local, deployed] = await Promise.all([places.run("local", dir), places.run("deployed", dir)]);
  await expect(formatExpected(local)).toMatchFileSnapshot(path.join(dir, "expected.json"));
  expect(deployed.notebook).toEqual(local.notebook);
  expect(deployed.json).toEqual(local.json);
  expect(deployed.files).toEqual(local.files);
  await validate([local.notebookFile, deployed.notebookFile]);
});

test.each(PLACES)("nbformat accepts the executed notebooks of a %s run", async (place) => {
  const runs = listOutputNotebooks("outputs").map(({ dir }) => places.run(place, dir));
  await validate((await Promise.all(runs)).map(({ notebookFile }) => notebookFile));
});

async function validate(files: readonly string[]): Promise<void> {
  const python = (await listTestPythons()).filter(({ hasVenv }) => hasVenv).at(-1)?.executable as string;
  const runner = await StepRunner.start({ python });
  const check = `import nbformat\nfor file in ${JSON.stringify(files)}: nbformat.validate(nbformat.read(file, 4))\nprint('valid')`;
  const { record } = await runner.complete(check, { requirements: "nbformat\n" });
  expect(record.output.stdout).toBe("valid\n");
}
