import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { compileSource } from "../../../toolkit/src/usecases/compile-source.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const cell = (source: string, ...tags: string[]) => ({ cell_type: "code", source, metadata: { tags } });
const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [cell("alpha = 1\nbeta = 2", "parameters"), cell("print(alpha)", "same_step_1")],
};
const CONFIG = `
apiVersion: sameproject.io/v1alpha1
metadata: { name: n, version: "1" }
notebook: { name: n, path: n.ipynb }
run: { name: r, parameters: { alpha: 1.0, beta: 1 } }
`;

async function folder({ withConfig }: { withConfig: boolean }): Promise<string> {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "n.ipynb"), JSON.stringify(NOTEBOOK));
  if (withConfig) await writeFile(path.join(dir, "same.yaml"), CONFIG);
  return dir;
}

test("run.parameters are injected and recorded, and parameters of the call override them", async () => {
  const location = await folder({ withConfig: true });
  const parameters = { files: [], values: [["beta", "3"]] as const, texts: [] };
  const { steps, parameters: recorded, warnings } = await compileSource({ location, sameEnv: null, parameters });
  expect(steps[0]?.code).toBe("alpha = 1\nbeta = 2\n# Parameters\nalpha = 1.0\nbeta = 3");
  expect(recorded).toEqual({ alpha: { value: 1, python: "1.0" }, beta: { value: 3, python: "3" } });
  expect(warnings).toEqual([]);
});

test("the parameters of an earlier run produce the same code", async () => {
  const location = await folder({ withConfig: true });
  const recorded = { alpha: { value: 5, python: "5.0" } };
  const { steps } = await compileSource({ location, sameEnv: null, parameters: { recorded } });
  expect(steps[0]?.code).toBe("alpha = 1\nbeta = 2\n# Parameters\nalpha = 5.0");
});

test("a parameter that the notebook does not assign leads to a warning", async () => {
  const location = await folder({ withConfig: false });
  const parameters = { files: [], values: [["gamma", "3"]] as const, texts: [] };
  const { warnings } = await compileSource({ location, sameEnv: null, parameters });
  expect(warnings).toEqual(["Passed unknown parameter: gamma (cell 1 does not assign it)."]);
});

test("without parameters nothing is injected", async () => {
  const location = await folder({ withConfig: false });
  const { steps, parameters } = await compileSource({ location, sameEnv: null });
  expect({ code: steps[0]?.code, parameters }).toEqual({ code: "alpha = 1\nbeta = 2", parameters: {} });
});

/** The requirements.txt of each step, null if it has none. */
async function requirementsOf(cells: unknown[], files: Record<string, string>, upstreamMagics = false) {
  const dir = await makeTempDir();
  const all = { ...files, "n.ipynb": JSON.stringify({ ...NOTEBOOK, cells }) };
  for (const [name, content] of Object.entries(all)) await writeFile(path.join(dir, name), content);
  const { request } = await compileSource({ location: dir, sameEnv: null, upstreamMagics });
  return request.steps.map(({ sources: { "requirements.txt": text } }) =>
    text === undefined ? null : Buffer.from(text, "base64url").toString(),
  );
}

const WITH_REQUIREMENTS = CONFIG.replace("path: n.ipynb", "path: n.ipynb, requirements: all.txt");

test("a tag gives a step its own requirements, and other steps have the notebook's", async () => {
  const cells = [cell("a = 1"), cell("b = 1", "same_step_1", "requirements=plots.txt"), cell("c = 1", "same_step_2")];
  const files = { "same.yaml": WITH_REQUIREMENTS, "all.txt": "numpy\n", "plots.txt": "matplotlib\n" };
  expect(await requirementsOf(cells, files)).toEqual(["numpy\n", "matplotlib\n", "numpy\n"]);
  expect(await requirementsOf(cells, files, true)).toEqual(["numpy\n", "numpy\n", "numpy\n"]);
});

test("packages installed by cells are added to a step's own requirements", async () => {
  const cells = [cell("%pip install rich", "requirements=plots.txt")];
  expect(await requirementsOf(cells, { "plots.txt": "matplotlib\n" })).toEqual(["matplotlib\nrich\n"]);
});

test("a tag with a missing file is rejected with its cell", async () => {
  const cells = [cell("a = 1"), cell("b = 1", "requirements=plots.txt")];
  await expect(requirementsOf(cells, {})).rejects.toMatchObject({
    code: "ERR_FILE_MISSING",
    message: expect.stringContaining("which a tag of cell 2 names"),
  });
});

test("two requirements for one step are rejected", async () => {
  const cells = [cell("a = 1", "requirements=a.txt"), cell("b = 1", "requirements=b.txt")];
  await expect(requirementsOf(cells, { "a.txt": "", "b.txt": "" })).rejects.toMatchObject({
    code: "ERR_NOTEBOOK_TAGS",
    message: expect.stringContaining("its step same_step_000 has requirements=a.txt already"),
  });
});

test.each([
  [
    "requirements",
    CONFIG.replace("path: n.ipynb", "path: n.ipynb,\n  requirements: gone.txt"),
    "(line 5 of same.yaml)",
  ],
  ["data set", `${CONFIG}datasets:\n  iris: { environments: { default: gone.csv } }\n`, "iris (line 7 of same.yaml)"],
])("a missing file for %s is reported with its line in same.yaml", async (_title, config, place) => {
  const missing = requirementsOf([cell("a = 1")], { "same.yaml": config });
  await expect(missing).rejects.toMatchObject({ code: "ERR_FILE_MISSING", message: expect.stringContaining(place) });
});
