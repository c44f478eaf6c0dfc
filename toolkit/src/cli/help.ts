import type { Command, OptionSpec } from "../commands/define-command.ts";
import type { CommandEntry } from "./command-entry.ts";
import { COMMANDS } from "./registry.ts";

const INTRODUCTION =
  "same-kit runs Jupyter notebooks as Durable Functions pipelines: offline on this machine, or deployed to Azure.";

const GLOBAL_OPTIONS: readonly [string, string][] = [
  ["--help", "Show this help, or that of a command"],
  ["--version", "Show the version"],
];

/** All commands, or those of one group. */
export function formatOverview(entries: readonly CommandEntry[] = COMMANDS): string {
  const rows = entries.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    INTRODUCTION,
    "",
    "Usage: same-kit COMMAND [OPTION…]",
    "",
    "Commands:",
    ...columns(rows),
    "",
    "Options:",
    ...columns(GLOBAL_OPTIONS),
    "",
    "Run `same-kit COMMAND --help` for details.",
    "Exit codes: 0 success, 1 failure, 2 usage error, 70 a bug in same-kit, 130 interrupted.",
  ].join("\n");
}

export function formatCommandHelp({ name, summary, description, positionals, options, examples }: Command): string {
  const usage = positionals.map((it) => (it.isOptional ? `[${it.name}]` : it.name)).join(" ");
  const optionRows = Object.entries(options).map(([option, spec]): [string, string] => [
    `${spec.short === undefined ? "" : `-${spec.short}, `}--${spec.isOn ? "no-" : ""}${option}${spec.value === undefined ? "" : ` ${spec.value}`}`,
    describeOption(spec),
  ]);
  return [
    `${summary}.`,
    ...(description === undefined ? [] : ["", description]),
    "",
    `Usage: same-kit ${name}${usage === "" ? "" : ` ${usage}`}${optionRows.length === 0 ? "" : " [OPTION…]"}`,
    ...section(
      "Arguments",
      positionals.map((it) => [it.name, it.help]),
    ),
    ...section("Options", [...optionRows, ["--help", "Show this help"]]),
    "",
    "Examples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}

function describeOption({ help, variable }: OptionSpec): string {
  return variable === undefined ? help : `${help} [${variable}]`;
}

function section(title: string, rows: readonly [string, string][]): string[] {
  return rows.length === 0 ? [] : ["", `${title}:`, ...columns(rows)];
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
