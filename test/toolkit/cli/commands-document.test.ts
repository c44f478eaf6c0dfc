import { expect, test } from "vitest";
import { COMMANDS } from "../../../toolkit/src/cli/registry.ts";
import type { OptionSpec } from "../../../toolkit/src/commands/define-command.ts";
import { FILE_SETTINGS } from "../../../toolkit/src/config/config-file.ts";

const OTHER_VARIABLES: readonly [string, string][] = [
  ["SAME_KIT_CONFIG", "The configuration file, instead of the nearest `same-kit.yaml`"],
  [
    "SAME_KIT_CACHE",
    "Folder for downloads, compiled code and the environments of requirements.txt files (default: `same-kit` in the user's cache folder)",
  ],
  ["SAME_PYTHON", "The app's own setting for its Python, used if `--python` is not given"],
  ["ARM_…", "Sign-in for scripts, as for terraform's azurerm: [deploy.md](deploy.md#in-ci)"],
  ["TF_PLUGIN_CACHE_DIR", "Terraform's provider cache, from which a rehearsal uses azurerm"],
  ["NO_COLOR, CI", "Plain text; plain lines instead of a live list"],
];

test("docs/commands.md lists every command and option (`npx vitest -u` updates it)", async () => {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  const options = new Map<string, { spec: OptionSpec; name: string; of: string[] }>();
  for (const command of commands) {
    for (const [name, spec] of Object.entries(command.options)) {
      const key = `${name}\n${spec.help}`;
      const entry = options.get(key) ?? { spec, name, of: [] };
      options.set(key, { ...entry, of: [...entry.of, command.name] });
    }
  }
  const rows = [...options.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  const document = [
    "# Commands and options",
    "",
    "`same-kit COMMAND --help` shows one command with its options and examples. With `--json`, standard output contains one JSON document;",
    "progress and warnings are on standard error. Exit codes: 0 success, 1 failure, 2 usage error, 70 a bug in same-kit, 130 and 143",
    "interrupted.",
    "",
    "## Commands",
    "",
    "| Command | What it does |",
    "| --- | --- |",
    ...commands.map(({ name, positionals, summary }) => {
      const usage = positionals.map((it) => (it.isOptional ? `[${it.name}]` : it.name)).join(" ");
      return row(`\`same-kit ${`${name} ${usage}`.trim()}\``, summary);
    }),
    "",
    "## Options",
    "",
    "The value of an option is taken from the command line, otherwise from its variable, otherwise from",
    "[`same-kit.yaml`](#configuration-file), otherwise the default applies.",
    "",
    "| Option | Meaning | Variable | Commands |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ name, spec, of }) =>
      row(`\`${flag(name, spec)}\``, spec.help, spec.variable === undefined ? "" : `\`${spec.variable}\``, listOf(of)),
    ),
    "",
    "## Configuration file",
    "",
    "same-kit looks for `same-kit.yaml` in the current folder and above it; `SAME_KIT_CONFIG` names another file. It sets options for all",
    "commands, such as `python: python3.12`. Paths are relative to the file, and unknown keys are errors. `--verbose` shows which",
    "options of a call come from the file or from a variable, and `same-kit doctor` lists all of them. Allowed keys:",
    "",
    listOf(FILE_SETTINGS),
    "",
    "## Variables without an option",
    "",
    "| Variable | Meaning |",
    "| --- | --- |",
    ...OTHER_VARIABLES.map(([name, meaning]) => row(`\`${name}\``, meaning)),
    "",
    "[contract.md](contract.md#limits) lists the settings of same-kit's own app, [local.md](local.md#settings) those of any Functions app on the",
    "local host.",
    "",
  ];
  await expect(document.join("\n")).toMatchFileSnapshot("../../../docs/commands.md");
});

const row = (...cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

const flag = (name: string, { isOn, short, value }: OptionSpec) =>
  `${short === undefined ? "" : `-${short}, `}--${isOn ? "no-" : ""}${name}${value === undefined ? "" : ` ${value}`}`;

const listOf = (commands: readonly string[]) =>
  commands.length === COMMANDS.length ? "all" : commands.map((name) => `\`${name}\``).join(", ");
