import type { CommandContext } from "../command-context.ts";

/** One option of a command; its key is the name after `--`. */
export type OptionSpec = {
  type: "string" | "boolean";
  /** A boolean that is on by default; `--no-NAME` turns it off, and `help` describes that. */
  isOn?: true;
  /** May be given several times. */
  multiple?: boolean;
  /** Takes two words, such as papermill's `-p NAME VALUE`; requires `multiple`. */
  isPair?: true;
  /** The letter after a single `-`. */
  short?: string;
  /** Placeholder of the value in help, such as `PORT`. */
  value?: string;
  /** One line with unit and default. */
  help: string;
  /** The environment variable used if the option is not given. */
  variable?: string;
};

type PositionalSpec = { name: string; help: string; isOptional: boolean };

type ValueOf<Spec extends OptionSpec> = Spec["type"] extends "boolean"
  ? boolean
  : Spec extends { multiple: true }
    ? readonly (Spec extends { isPair: true } ? readonly [string, string] : string)[]
    : string | undefined;

export type OptionValues<Options extends Record<string, OptionSpec>> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]>;
};

export type CommandInput<Options extends Record<string, OptionSpec>> = {
  options: OptionValues<Options>;
  positionals: readonly string[];
  /** The options that were given as flags. */
  given: Readonly<Record<string, unknown>>;
  /** The origin of each option that was not given as a flag, as text. */
  origins: readonly string[];
};

type CommandDefinition<Options extends Record<string, OptionSpec> = Record<string, OptionSpec>> = {
  /** As it is typed: `local run`. */
  name: string;
  summary: string;
  /** One more paragraph, if the summary is not enough. */
  description?: string;
  positionals: readonly PositionalSpec[];
  options: Options;
  examples: readonly string[];
  /** How long a second Ctrl-C still waits for cleanup; default 0. */
  leaveGraceMs?: number;
  /** @returns The exit code. */
  run(input: CommandInput<Options>, context: CommandContext): Promise<number>;
};

/** A command with the type of its options hidden, for the registry. */
export type Command = CommandDefinition<Record<string, OptionSpec>>;

export function defineCommand<const Options extends Record<string, OptionSpec>>(
  definition: CommandDefinition<Options>,
): Command {
  return definition as unknown as Command;
}
