import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { formatCommandHelp, formatOverview } from "../../../toolkit/src/cli/help.ts";
import { findCommand, parseInput } from "../../../toolkit/src/cli/parse.ts";
import { COMMANDS } from "../../../toolkit/src/cli/registry.ts";
import type { Command } from "../../../toolkit/src/commands/define-command.ts";
import { PLACE_OPTIONS } from "../../../toolkit/src/ui/hint.ts";

const FOLDER = path.resolve("toolkit", "src", "commands");

type FoundCommand = { file: string; exportName: string; command: Command };

/** Every command defined by a file in `commands/`. */
async function findCommands(): Promise<FoundCommand[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".ts"));
  const modules = await Promise.all(
    files.map(async (file) => ({ file, exports: (await import(path.join(FOLDER, file))) as Record<string, unknown> })),
  );
  return modules.flatMap(({ file, exports }) =>
    Object.entries(exports)
      .filter(([exportName]) => exportName.endsWith("Command") && exportName !== "defineCommand")
      .map(([exportName, command]) => ({ file, exportName, command: command as Command })),
  );
}

function formatEntry({ file, exportName, command: { name, summary, options } }: FoundCommand): string[] {
  const place = PLACE_OPTIONS.filter((option) => option in options);
  return [
    "  {",
    `    name: ${JSON.stringify(name)},`,
    `    summary: ${JSON.stringify(summary)},`,
    `    place: [${place.map((option) => JSON.stringify(option)).join(", ")}],`,
    `    load: async () => (await import("../commands/${file}")).${exportName},`,
    "  },",
  ];
}

test("the registry matches the commands' own descriptions (`npx vitest -u` updates it)", async () => {
  const order = COMMANDS.map(({ name }) => name);
  const rank = ({ command: { name } }: FoundCommand) => (order.includes(name) ? order.indexOf(name) : order.length);
  const found = (await findCommands()).sort((left, right) => rank(left) - rank(right));
  expect(found.length).toBeGreaterThan(15);
  const text = [
    "// Written by `npx vitest -u --project unit test/toolkit/cli/registry.test.ts` from the files in commands/: a command is loaded",
    "// only when it is called. Help lists them in this order; new commands are added at the end and may be moved by hand.",
    "",
    'import type { CommandEntry } from "./command-entry.ts";',
    "",
    "export const COMMANDS: readonly CommandEntry[] = [",
    ...found.flatMap(formatEntry),
    "];",
    "",
  ];
  await expect(text.join("\n")).toMatchFileSnapshot("../../../toolkit/src/cli/registry.ts");
});

test("help lists each command once", () => {
  const lines = formatOverview().split("\n");
  for (const { name, summary } of COMMANDS)
    expect(lines.filter((line) => line.includes(`  ${name} `) && line.endsWith(summary))).toHaveLength(1);
});

test.each(COMMANDS)("the help of $name shows every option", async (entry) => {
  const command = await entry.load();
  const help = formatCommandHelp(command);
  for (const [name, { help: text }] of Object.entries(command.options)) {
    expect(help).toMatch(new RegExp(`  (-\\w, )?--(no-)?${name} `));
    expect(help).toContain(text);
  }
});

test.each(COMMANDS)("the examples of $name are valid", async (entry) => {
  const command = await entry.load();
  expect(command.examples.length).toBeGreaterThanOrEqual(2);
  for (const example of command.examples) {
    // Without redirections and pipes.
    const [, call = ""] = /same-kit ([^)|>]*)/.exec(example) ?? [];
    const argv = call.trim().split(" ");
    const found = findCommand(argv);
    expect(found?.entry.name).toBe(entry.name);
    expect(() => parseInput(command, found?.rest ?? [], {})).not.toThrow();
  }
});
