import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parseInput } from "../../../toolkit/src/cli/parse.ts";
import { COMMANDS } from "../../../toolkit/src/cli/registry.ts";
import { defineCommand } from "../../../toolkit/src/commands/define-command.ts";
import { FILE_SETTINGS, loadConfigFile, variableOf } from "../../../toolkit/src/config/config-file.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

/** A folder below the one that contains this same-kit.yaml. */
async function below(content: string): Promise<{ cwd: string; file: string }> {
  const top = await makeTempDir();
  const file = path.join(top, "same-kit.yaml");
  await writeFile(file, content);
  const cwd = path.join(top, "deep", "down");
  await mkdir(cwd, { recursive: true });
  return { cwd, file };
}

const command = defineCommand({
  name: "local run",
  summary: "Runs",
  positionals: [],
  options: { port: { type: "string", help: "p", variable: "SAME_KIT_PORT" } },
  examples: [],
  run: async () => 0,
});

test("a file in a parent folder is found, and its paths are relative to it", async () => {
  const { cwd, file } = await below("port: 7072\nstate-dir: state\n");
  const found = await loadConfigFile(cwd, {});
  expect(found?.file).toBe(file);
  expect(Object.fromEntries(found?.values ?? [])).toEqual({
    SAME_KIT_PORT: "7072",
    SAME_KIT_STATE_DIR: path.join(path.dirname(file), "state"),
  });
});

test("a flag overrides the variable, which overrides the file, and the source is reported", async () => {
  const { cwd, file } = await below("port: 1\n");
  const settings = await loadConfigFile(cwd, {});
  const parse = (words: string[], env = {}) => parseInput(command, words, env, settings);
  expect(parse([])).toMatchObject({ options: { port: "1" }, origins: [`port 1, from ${file}`] });
  const env = { SAME_KIT_PORT: "2" };
  expect(parse([], env)).toMatchObject({ options: { port: "2" }, origins: ["port 2, from SAME_KIT_PORT"] });
  expect(parse(["--port", "3"], env)).toMatchObject({ options: { port: "3" }, origins: [] });
});

test("all problems are reported at once", async () => {
  const { cwd, file } = await below("prot: 1\nport: [1]\npython:\n");
  await expect(loadConfigFile(cwd, {})).rejects.toMatchObject({
    code: "ERR_CONFIG_FILE",
    exitCode: 2,
    message: `${file} cannot be used: there is no setting "prot"; "port" has no single value; "python" has no single value.`,
  });
});

test.each([
  ["a: b: c", "it cannot be read"],
  ["- port", "it is not a list of `name: value` lines"],
])("%j is not a valid configuration", async (content, reason) => {
  const { cwd } = await below(content);
  await expect(loadConfigFile(cwd, {})).rejects.toThrow(reason);
});

test("an empty file sets nothing", async () => {
  const { cwd } = await below("# nothing yet\n");
  expect((await loadConfigFile(cwd, {}))?.values.size).toBe(0);
});

test("an explicitly given file must exist", async () => {
  const { cwd } = await below("port: 1\n");
  await expect(loadConfigFile(cwd, { SAME_KIT_CONFIG: "other.yaml" })).rejects.toThrow("does not exist");
});

test("the file may contain options with a variable, except keys, programs and allowed users", async () => {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  const variables = new Set(commands.flatMap(({ options }) => Object.values(options).map((it) => it.variable)));
  const outside = new Set([
    "SAME_KIT_ACCESS_KEY",
    "SAME_KIT_MANAGEMENT_KEY",
    "SAME_KIT_ALLOW_USER",
    "SAME_KIT_TERRAFORM",
  ]);
  const expected = [...variables].filter((it) => it?.startsWith("SAME_KIT_") && !outside.has(it));
  expect(FILE_SETTINGS.map(variableOf).sort()).toEqual(expected.sort());
});
