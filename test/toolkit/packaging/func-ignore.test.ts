import { expect, test } from "vitest";
import { listEntries } from "../../../toolkit/src/packaging/entries.ts";
import { publishedFiles } from "../../../toolkit/src/packaging/func-ignore.ts";
import { makeTempDirWith } from "../../helpers/temp-dir.ts";

test("an app is published without files in .funcignore, local settings and version control", async () => {
  const dir = await makeTempDirWith({
    "host.json": "{}",
    "dist/main.js": "",
    "dist/main.js.map": "",
    "src/main.ts": "",
    "src/data/table.json": "",
    "node_modules/a/index.js": "",
    "local.settings.json": "{}",
    ".git/HEAD": "",
    ".vscode/tasks.json": "",
    ".same-kit/keys.json": "",
    ".funcignore": "*.js.map\nsrc/*\n!src/data\n# a comment\n",
  });
  const names = (await listEntries(dir, "", await publishedFiles(dir))).map(({ name }) => name);
  expect(names).toEqual(["dist/main.js", "host.json", "node_modules/a/index.js", "src/data/table.json"]);
});

test("without .funcignore all other files are published", async () => {
  const dir = await makeTempDirWith({ "host.json": "{}", "src/main.ts": "", ".gitignore": "host.json" });
  const names = (await listEntries(dir, "", await publishedFiles(dir))).map(({ name }) => name);
  expect(names).toEqual(["host.json", "src/main.ts"]);
});
