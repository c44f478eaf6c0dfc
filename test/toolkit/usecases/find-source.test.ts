import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findSource } from "../../../toolkit/src/usecases/find-source.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const YAML =
  'apiVersion: sameproject.io/v1alpha1\nmetadata: { name: n, version: "1" }\nnotebook: { name: n, path: n.ipynb }\n';
const EMBEDDED = { same_config: { apiVersion: "sameproject.io/v1alpha1", metadata: { name: "n", version: "1" } } };
const notebook = (metadata = {}) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata,
    cells: [{ cell_type: "code", source: "x = 1", metadata: {} }],
  });

async function folderWith(files: Record<string, string>): Promise<string> {
  const dir = await makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
  return dir;
}

test.each(["", "same.yaml", "n.ipynb"])(
  "a folder, its same.yaml and its notebook are equivalent (%j)",
  async (name) => {
    const dir = await folderWith({ "same.yaml": YAML, "n.ipynb": notebook() });
    const source = await findSource(path.join(dir, name));
    expect(source).toMatchObject({ folder: dir, configText: YAML, config: { notebook: { path: "n.ipynb" } } });
  },
);

test("a broken notebook does not prevent finding another one with a configuration", async () => {
  const dir = await folderWith({ "broken.ipynb": "{", "mine.ipynb": notebook(EMBEDDED) });
  expect(await findSource(dir)).toMatchObject({ config: { notebook: { name: "mine" } } });
});

test.each(["", "mine.ipynb"])("a notebook can contain its own configuration (%j)", async (name) => {
  const dir = await folderWith({ "mine.ipynb": notebook(EMBEDDED), "other.ipynb": notebook() });
  const source = await findSource(path.join(dir, name));
  expect(source).toMatchObject({
    folder: dir,
    configText: null,
    config: { notebook: { name: "mine", path: "mine.ipynb" } },
  });
});

test.each([
  ["by name", {}, "Iris study.ipynb"],
  ["as the only one in its folder", {}, ""],
  ["next to the same.yaml of another notebook", { "same.yaml": YAML, "n.ipynb": notebook() }, "Iris study.ipynb"],
])("a notebook runs without changes %s", async (_title, files, name) => {
  const dir = await folderWith({ "Iris study.ipynb": notebook(), ...files });
  expect(await findSource(path.join(dir, name))).toMatchObject({
    folder: dir,
    configText: null,
    config: { metadata: { name: "Iris study" }, notebook: { name: "Iris study", path: "Iris study.ipynb" } },
  });
});

test.each([
  ["nothing", {}, "", "ERR_CONFIG_NOT_FOUND", "contains neither a same.yaml nor a notebook"],
  [
    "two notebooks with a configuration",
    { "a.ipynb": notebook(EMBEDDED), "b.ipynb": notebook(EMBEDDED) },
    "",
    "ERR_CONFIG_NOT_FOUND",
    "a.ipynb, b.ipynb",
  ],
  [
    "two notebooks without a configuration",
    { "a.ipynb": notebook(), "b.ipynb": notebook() },
    "",
    "ERR_CONFIG_NOT_FOUND",
    "no same.yaml that names one of them: a.ipynb, b.ipynb",
  ],
  [
    "a same.yaml with an error",
    { "same.yaml": `${YAML}runs: 1\n` },
    "",
    "ERR_CONFIG_INVALID",
    "line 4: runs: unknown key; did you mean `run`?",
  ],
  ["a path that does not exist", {}, "gone", "ERR_SOURCE_NOT_FOUND", "does not exist"],
  [
    "a same.yaml whose notebook is missing",
    { "same.yaml": YAML },
    "",
    "ERR_FILE_MISSING",
    "same.yaml names, cannot be read: ENOENT",
  ],
  ["a same.yaml whose notebook is missing, with its line", { "same.yaml": YAML }, "", "ERR_FILE_MISSING", "line 3 of "],
  [
    "a folder whose only notebook is broken",
    { "a.ipynb": "{" },
    "",
    "ERR_NOTEBOOK_INVALID",
    "a.ipynb is not a notebook",
  ],
  ["a folder in place of a same.yaml", { "same.yaml/a": "" }, "", "ERR_FILE_UNUSABLE", "is a folder"],
  ["a same.yaml that is not YAML", { "same.yaml": "a: [" }, "", "ERR_CONFIG_INVALID", "is not valid YAML"],
])("%s is reported with an explanation", async (_title, files, name, code, text) => {
  const dir = await folderWith(files);
  await expect(findSource(path.join(dir, name))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(text),
  });
});
