import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findCommand } from "../../toolkit/src/cli/parse.ts";
import { COMMANDS } from "../../toolkit/src/cli/registry.ts";

// A hint contains commands as data, so that the console can add the options of the current call; a command in its text would refer
// to another state folder or deployment.

const sources = globSync("{toolkit,local,rehearsal,shared,functions-app}/src/**/*.ts").map((file) => ({
  file,
  text: readFileSync(file, "utf8"),
}));

/** The commands that occur as data, with their options. */
const named = sources.flatMap(({ file, text }) => [
  ...[...text.matchAll(/\bsameKit\(((?:"[^"]*"(?:, )?)+)/g)].map(([, words = ""]) => ({
    file,
    words: [...words.matchAll(/"([^"]*)"/g)].map(([, word = ""]) => word),
  })),
  ...[...text.matchAll(/\bcommand: "([^"]*)"/g)].map(([, command = ""]) => ({ file, words: [command] })),
]);

test("every command in a hint exists, with its options", async () => {
  expect(named.length).toBeGreaterThan(30);
  for (const { file, words } of named) {
    const argv = words.flatMap((word, index) => (index === 0 ? word.split(" ") : [word]));
    if (argv[0] === undefined || argv[0].startsWith("-")) continue;
    const found = findCommand(argv);
    expect(found?.entry.name, `${file}: ${words.join(" ")}`).toBe(words[0]);
    const options = (await found?.entry.load())?.options ?? {};
    const flags = words.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
    expect(
      flags.filter((flag) => !(flag in options)),
      `${file}: ${words.join(" ")}`,
    ).toEqual([]);
  }
});

test("commands appear in texts only as data, except in a command's own help", () => {
  const names = COMMANDS.map(({ name }) => name).join("|");
  const inText = new RegExp(`\\\\?\`same-kit (?:${names})\\b`);
  const isHelp = /^\s*(?:\/\/|\*|\/\*\*)|help:|description:/;
  const found = sources
    .filter(({ file }) => !file.startsWith("toolkit/src/cli/"))
    .flatMap(({ file, text }) =>
      text.split("\n").flatMap((line) => (inText.test(line) && !isHelp.test(line) ? [`${file}: ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
});
