import { parseArgs } from "node:util";
import type { Command, CommandInput, OptionSpec } from "../commands/define-command.ts";
import { describeSetting, type FileSettings, lookUp } from "../config/config-file.ts";
import type { CommandEntry } from "./command-entry.ts";
import { COMMANDS } from "./registry.ts";

/** A call that cannot be understood; `main` shows it with how to call the command. */
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

export type FoundCommand = { entry: CommandEntry; rest: readonly string[] };

/**
 * The command with the longest name that `argv` begins with. Global flags may stand before it.
 *
 * @returns null where `argv` names none, or only the first word of some.
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
 * @param settings - Of same-kit.yaml; a flag and a variable win over them.
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
    throw new CallError(`\`same-kit ${command.name}\` does not know what to do with "${surplus}".`, helpHint(command));
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
    Object.entries(command.options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  );
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: true, allowNegative: true, strict: true });
  } catch (error) {
    throw new CallError(explain(error as NodeJS.ErrnoException, command), helpHint(command));
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

const helpHint = ({ name }: Command) => `\`same-kit ${name} --help\` shows how to call it.`;

/** The known word that differs least from what was typed; null where none is close. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const [best] = known
    .map((word) => ({ word, distance: editDistance(typed, word) }))
    .sort((left, right) => left.distance - right.distance);
  return best !== undefined && best.distance <= Math.ceil(typed.length / 3) ? best.word : null;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
