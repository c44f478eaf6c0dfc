import { parseArgs } from "node:util";
import type { Command, CommandInput, OptionSpec } from "../commands/define-command.ts";
import { describeSetting, type FileSettings, lookUp } from "../config/config-file.ts";
import { nearest } from "../nearest.ts";
import type { CommandEntry } from "./command-entry.ts";
import { COMMANDS } from "./registry.ts";

/** A call that cannot be parsed; `main` prints it with a usage hint. */
export class CallError extends Error {
  readonly code = "ERR_USAGE";
  readonly exitCode = 2;

  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
    this.name = "CallError";
  }
}

type FoundCommand = { entry: CommandEntry; rest: readonly string[] };

/**
 * The command with the longest name at the start of `argv`. Global flags may precede it.
 *
 * @returns null if `argv` does not name a command, or only the first word of one.
 */
export function findCommand(argv: readonly string[]): FoundCommand | null {
  const words = argv.filter((word) => !word.startsWith("-"));
  const flags = argv.slice(0, argv.indexOf(words[0] ?? ""));
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const entry = COMMANDS.find((it) => it.name === name);
    if (entry === undefined || words.length < length) continue;
    return { entry, rest: [...flags, ...argv.slice(flags.length + length)] };
  }
  return null;
}

/** The commands whose names begin with these words, such as all of `local`. */
export function listGroup(words: readonly string[]): readonly CommandEntry[] {
  const prefix = `${words[0]} `;
  return COMMANDS.filter(({ name }) => name.startsWith(prefix));
}

/**
 * @param settings - From same-kit.yaml; flags and variables take precedence.
 * @throws CallError
 */
export function parseInput(
  command: Command,
  rest: readonly string[],
  env: NodeJS.ProcessEnv,
  settings: FileSettings | null = null,
): CommandInput<Command["options"]> {
  const { values, positionals } = parseWith(command, rest);
  const required = command.positionals.filter(({ isOptional }) => !isOptional);
  if (positionals.length < required.length) {
    throw new CallError(`${required[positionals.length]?.name} is missing.`, helpHint(command));
  }
  if (positionals.length > command.positionals.length) {
    const surplus = positionals[command.positionals.length];
    throw new CallError(`\`same-kit ${command.name}\` takes no argument "${surplus}".`, helpHint(command));
  }
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, spec]) => [name, values[name] ?? notGiven(spec, env, settings)]),
  );
  const origins = Object.entries(command.options).flatMap(([name, { variable }]) => {
    const found = values[name] !== undefined || variable === undefined ? null : lookUp(variable, env, settings);
    return found === null ? [] : [describeSetting(name, found)];
  });
  return { options: options as CommandInput<Command["options"]>["options"], given: values, positionals, origins };
}

function parseWith(command: Command, rest: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple = false, short }]) => [
      name,
      { type, multiple, ...(short === undefined ? {} : { short }) },
    ]),
  );
  const args = joinPairs(command, rest);
  try {
    const { values, positionals } = parseArgs({
      args,
      options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
    return { values: splitPairs(command, values), positionals };
  } catch (error) {
    throw new CallError(explain(error as NodeJS.ErrnoException, command), helpHint(command));
  }
}

/** Combines the two words of an option into one JSON value, because options of `parseArgs` take one word. */
function joinPairs(command: Command, rest: readonly string[]): string[] {
  const args: string[] = [];
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] as string;
    const pair = Object.entries(command.options).find(
      ([name, { isPair, short }]) => isPair === true && (word === `--${name}` || word === `-${short}`),
    );
    if (word === "--") return [...args, ...rest.slice(at)];
    if (pair === undefined) {
      args.push(word);
      continue;
    }
    const words = rest.slice(at + 1, at + 3);
    if (words.length < 2) throw new CallError(`${word} takes two words: ${pair[1].value}.`, helpHint(command));
    args.push(`--${pair[0]}=${JSON.stringify(words)}`);
    at += 2;
  }
  return args;
}

type Values = Record<string, unknown>;

function splitPairs(command: Command, values: Values): Values {
  const pairs = Object.entries(command.options).filter(([name, { isPair }]) => isPair === true && name in values);
  const split = pairs.map(([name]) => [name, (values[name] as string[]).map((words) => toPair(words, name, command))]);
  return { ...values, ...Object.fromEntries(split) };
}

function toPair(words: string, name: string, command: Command): [string, string] {
  try {
    return JSON.parse(words) as [string, string];
  } catch {
    // It was written with =, which takes only one word.
    throw new CallError(`--${name} takes two words: ${command.options[name]?.value}.`, helpHint(command));
  }
}

function notGiven(
  { type, multiple, variable, isOn }: OptionSpec,
  env: NodeJS.ProcessEnv,
  settings: FileSettings | null,
): string | boolean | string[] | undefined {
  const text = variable === undefined ? undefined : lookUp(variable, env, settings)?.text;
  if (type === "boolean") return text === undefined ? isOn === true : /^(1|true|yes|on)$/i.test(text);
  if (multiple) return text === undefined ? [] : [text];
  return text;
}

function explain({ code, message }: NodeJS.ErrnoException, { options }: Command): string {
  const flag = /'(?:-\w, )?(--?[\w-]+)/.exec(message)?.[1];
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" && flag !== undefined) {
    const near = nearest(flag.replace(/^-+/, ""), Object.keys(options));
    return `There is no option ${flag}.${near === null ? "" : ` Did you mean --${near}?`}`;
  }
  return `${message.split(". ")[0]}.`;
}

const helpHint = ({ name }: Command) => `\`same-kit ${name} --help\` shows its usage.`;
