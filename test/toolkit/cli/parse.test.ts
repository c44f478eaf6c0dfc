import { expect, test } from "vitest";
import { findCommand, parseInput } from "../../../toolkit/src/cli/parse.ts";
import { type Command, defineCommand } from "../../../toolkit/src/commands/define-command.ts";
import { localUpCommand } from "../../../toolkit/src/commands/local-up.ts";

const command = defineCommand({
  name: "local run",
  summary: "Runs",
  positionals: [
    { name: "PATH", help: "p", isOptional: false },
    { name: "MORE", help: "m", isOptional: true },
  ],
  options: {
    port: { type: "string", help: "p", variable: "SAME_KIT_PORT" },
    keep: { type: "boolean", help: "k", variable: "SAME_KIT_KEEP" },
    with: { type: "string", multiple: true, help: "w" },
  },
  examples: [],
  run: async () => 0,
});

const parse = (words: string[], env = {}) => parseInput(command, words, env);

test("allowed users come from flags, or from a single variable", () => {
  const words = ["--allow-user", "ann", "--allow-user", "1001"];
  const usersOf = (args: string[], env = {}) => parseInput(localUpCommand, args, env).options["allow-user"];
  expect(usersOf(words)).toEqual(["ann", "1001"]);
  expect(usersOf([], { SAME_KIT_ALLOW_USER: "ann,1001" })).toEqual(["ann,1001"]);
  expect(usersOf(words, { SAME_KIT_ALLOW_USER: "all" })).toEqual(["ann", "1001"]);
  expect(usersOf([])).toEqual([]);
});

test.each([
  [["local", "run", "x", "--json"], "local run", ["x", "--json"]],
  [["--json", "local", "run"], "local run", ["--json"]],
  [["compile", "local"], "compile", ["local"]],
  [["doctor"], "doctor", []],
])("%j matches the longest command it starts with", (argv, name, rest) => {
  const found = findCommand(argv);
  expect({ name: found?.entry.name, rest: found?.rest }).toEqual({ name, rest });
});

test.each([[["local"]], [["locall", "run"]], [["--help"]], [[]]])("%j is not a command", (argv) => {
  expect(findCommand(argv)).toBeNull();
});

test("options and positionals can be in any order", () => {
  expect(parse(["--port", "1", "a", "--keep", "b", "--with=x", "--with", "y"])).toEqual({
    options: { port: "1", keep: true, with: ["x", "y"] },
    given: { port: "1", keep: true, with: ["x", "y"] },
    positionals: ["a", "b"],
    origins: [],
  });
});

test("an option that is not given comes from its variable, and a given option takes precedence", () => {
  const env = { SAME_KIT_PORT: "7000", SAME_KIT_KEEP: "true" };
  expect(parse(["a"], env).options).toEqual({ port: "7000", keep: true, with: [] });
  expect(parse(["a", "--port", "1", "--no-keep"], env).options).toMatchObject({ port: "1", keep: false });
});

test("an empty variable is ignored", () => {
  expect(parse(["a"], { SAME_KIT_PORT: "", SAME_KIT_KEEP: "0" }).options).toMatchObject({
    port: undefined,
    keep: false,
  });
});

test.each([
  [["a", "--prot", "1"], "There is no option --prot. Did you mean --port?"],
  [["a", "--zzzzz"], "There is no option --zzzzz."],
  [["a", "--port"], "Option '--port <value>' argument missing."],
  [[], "PATH is missing."],
  [["a", "b", "c"], '`same-kit local run` takes no argument "c".'],
])("the error for %j explains the problem", (words, message) => {
  expect(() => parse(words)).toThrow(message);
});

const pairs = {
  ...command,
  options: {
    set: { type: "string", multiple: true, isPair: true, short: "s", value: "NAME VALUE", help: "" },
    file: { type: "string", multiple: true, short: "f", help: "" },
    keep: { type: "boolean", help: "" },
  },
} as const satisfies Command;

test("an option with two values takes both, whatever they start with", () => {
  const { options, positionals } = parseInput(
    pairs,
    ["a", "-s", "x", "-1", "--set", "y", "--keep", "-f", "p", "b"],
    {},
  );
  expect(options).toEqual({
    set: [
      ["x", "-1"],
      ["y", "--keep"],
    ],
    file: ["p"],
    keep: false,
  });
  expect(positionals).toEqual(["a", "b"]);
});

test("words after -- are not options", () => {
  expect(parseInput(pairs, ["--", "-s", "x"], {}).positionals).toEqual(["-s", "x"]);
});

test.each([[["-s", "x"]], [["--set"]], [["--set=x"]]])("%j has too few values", (args) => {
  expect(() => parseInput(pairs, args, {})).toThrow("takes two words: NAME VALUE.");
});
