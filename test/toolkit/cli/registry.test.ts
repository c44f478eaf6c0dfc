import { expect, test } from "vitest";
import { formatCommandHelp, formatOverview } from "../../../toolkit/src/cli/help.ts";
import { findCommand, parseInput } from "../../../toolkit/src/cli/parse.ts";
import { COMMANDS } from "../../../toolkit/src/cli/registry.ts";

test("help lists every command once", () => {
  const lines = formatOverview().split("\n");
  for (const { name, summary } of COMMANDS)
    expect(lines.filter((line) => line.includes(`  ${name} `) && line.endsWith(summary))).toHaveLength(1);
});

test.each(COMMANDS)("$name loads, and its own help shows every option", async (entry) => {
  const command = await entry.load();
  expect({ name: command.name, summary: command.summary }).toEqual({ name: entry.name, summary: entry.summary });
  const help = formatCommandHelp(command);
  for (const [name, { help: text }] of Object.entries(command.options)) {
    expect(help).toMatch(new RegExp(`  --(no-)?${name} `));
    expect(help).toContain(text);
  }
});

test.each(COMMANDS)("the examples of $name can be called", async (entry) => {
  const command = await entry.load();
  expect(command.examples.length).toBeGreaterThanOrEqual(2);
  for (const example of command.examples) {
    // Without what a shell makes of the output.
    const [, call = ""] = /same-kit ([^)|>]*)/.exec(example) ?? [];
    const argv = call.trim().split(" ");
    const found = findCommand(argv);
    expect(found?.entry.name).toBe(entry.name);
    expect(() => parseInput(command, found?.rest ?? [], {})).not.toThrow();
  }
});
