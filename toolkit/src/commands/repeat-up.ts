import type { CommandHint } from "@same-kit/shared";
import type { Choices } from "../deployment/choices.ts";
import { WITHHELD } from "../reports/deployment-report.ts";

/** Options of this call that are not stored with the environment's choices. */
type RepeatedOptions = {
  readonly [name: string]: string | boolean | readonly string[] | undefined;
};

// Options of the package and the tools, without those for this call only: --yes, --plan, --force, --rotate-key, a drill.
const REPEATED = [
  "subscription",
  "backend",
  "terraform",
  "publisher",
  "with",
  "python",
  "python-mirror",
  "python-archive",
];
const REPEATED_FLAGS = ["skip-publish", "skip-smoke"];
// After a plan, nothing has been done yet: the call that applies it needs these options.
const FLAGS_OF_A_PLAN = ["adopt", "rotate-key"];

const OPTION_OF_VARIABLE: Readonly<Record<string, string>> = {
  project: "project",
  location: "location",
  plan: "hosting",
};
// Their values are secrets; the user has to fill them in.
const SECRET = new Set(["app_settings"]);
// A rotation belongs to one deployment.
const NOT_REPEATED = new Set(["access_key_generation"]);

/**
 * The `up` command that deploys the same again: with the environment's choices, and with the options of this call.
 *
 * @param choices - The result of `effectiveChoices`; null: none are known.
 * @param how.isForAzure - After a rehearsal, the same in Azure.
 * @param how.wasPlanned - The call only planned; the command applies the plan.
 */
export function repeatUp(
  choices: Choices | null,
  options: RepeatedOptions,
  { isForAzure = false, wasPlanned = false } = {},
): CommandHint {
  const flags = wasPlanned ? [...FLAGS_OF_A_PLAN, ...REPEATED_FLAGS] : REPEATED_FLAGS;
  const args = [...(choices === null ? [] : choiceWords(choices)), ...optionWords(options, flags)];
  return { command: "up", args, isBare: true, ...(isForAzure ? { without: ["rehearse"] } : {}) };
}

function choiceWords({ variables, olderVariables, variableFiles }: Choices): string[] {
  const named = Object.entries({ ...olderVariables, ...variables }).filter(([name]) => !NOT_REPEATED.has(name));
  return [
    ...named.flatMap(([name, value]) => variableWords(name, value)),
    ...variableFiles.flatMap((file) => ["--var-file", file]),
  ];
}

function variableWords(name: string, value: unknown): string[] {
  const option = OPTION_OF_VARIABLE[name];
  if (option !== undefined && typeof value === "string") return [`--${option}`, value];
  return ["--var", `${name}=${SECRET.has(name) ? WITHHELD : valueText(value)}`];
}

/** In the form that `--var` parses: a text that is not JSON is unchanged. */
function valueText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

function optionWords(options: RepeatedOptions, repeatedFlags: readonly string[]): string[] {
  const given = REPEATED.flatMap((name) => {
    const value = options[name];
    if (value === undefined || typeof value === "boolean") return [];
    const texts = typeof value === "string" ? [value] : value;
    return texts.flatMap((text) => [`--${name}`, text]);
  });
  const flags = repeatedFlags.filter((name) => options[name] === true).map((name) => `--${name}`);
  return [...given, ...flags, ...(options["bundled-python"] === false ? ["--no-bundled-python"] : [])];
}
