import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { compileSource } from "../../../toolkit/src/usecases/compile-source.ts";
import { initConfig } from "../../../toolkit/src/usecases/init-config.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function folderWith(files: Record<string, unknown>): Promise<string> {
  const dir = await makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return dir;
}

const notebook = (metadata = {}) => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata,
  cells: [{ cell_type: "code", source: "x = 1", metadata: {} }],
});

test.each(["", "study.ipynb"])("a same.yaml is written that runs the same as without it (%j)", async (name) => {
  const dir = await folderWith({ "study.ipynb": notebook(), "requirements.txt": "numpy\n" });
  const before = await compileSource({ location: path.join(dir, "study.ipynb"), sameEnv: null });
  const file = path.join(dir, "same.yaml");
  expect(await initConfig(path.join(dir, name))).toEqual({ file, notebook: path.join(dir, "study.ipynb") });
  expect(await readFile(file, "utf8")).toMatchInlineSnapshot(`
    "apiVersion: sameproject.io/v1alpha1
    metadata:
      name: study
      version: 0.0.1
    notebook:
      name: study
      path: ./study.ipynb
      requirements: ./requirements.txt
    "
  `);
  const after = await compileSource({ location: dir, sameEnv: null });
  expect(after.steps).toEqual(before.steps);
  expect(Object.keys(after.request.steps[0]?.sources ?? {})).toEqual(["same.yaml", "requirements.txt"]);
});

test("the notebook's own configuration is kept", async () => {
  const same_config = {
    apiVersion: "sameproject.io/v1alpha1",
    metadata: { name: "n", version: "2" },
    run: { name: "r", parameters: { alpha: 1 } },
  };
  const dir = await folderWith({ "a.ipynb": notebook(), "b.ipynb": notebook({ same_config }) });
  const { file } = await initConfig(dir);
  expect(await readFile(file, "utf8")).toMatchInlineSnapshot(`
    "apiVersion: sameproject.io/v1alpha1
    metadata:
      name: n
      version: "2"
    notebook:
      name: b
      path: ./b.ipynb
    run:
      name: r
      parameters:
        alpha: 1
    "
  `);
});

test.each(["same.yaml", "same.yml"])("a %s is not overwritten", async (name) => {
  const dir = await folderWith({ "a.ipynb": notebook(), [name]: "mine" });
  await expect(initConfig(dir)).rejects.toMatchObject({ code: "ERR_CONFIG_EXISTS", exitCode: 2 });
  expect(await readFile(path.join(dir, name), "utf8")).toBe("mine");
});

test("a folder without a notebook is rejected", async () => {
  await expect(initConfig(await makeTempDir())).rejects.toMatchObject({ code: "ERR_CONFIG_NOT_FOUND" });
});
