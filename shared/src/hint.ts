/**
 * A `same-kit` command mentioned in a text, as data: whatever displays the text adds the options that make the command
 * find the same place.
 */
export type CommandHint = {
  /** The command as typed after `same-kit`: `local down`. */
  command: string;
  /** Its arguments and options, one word each, unquoted. */
  args?: readonly string[];
  /** Absolute path of the state folder that the command must use. Default: that of the command that shows the hint. */
  stateDir?: string;
  /** Options of the current call to leave out, for example `["rehearse"]` for the same command in Azure. */
  without?: readonly string[];
  /** Shown without quotation marks: on its own line, or as part of a longer command. */
  isBare?: boolean;
};

/**
 * What to do next: sentences in which commands are data. Created with {@link hint}, or a plain text that names no
 * command.
 */
export type Hint = string | readonly (string | CommandHint)[];

/** Builds a hint, for example ``hint`Run ${sameKit("local down")} first.` ``; hints can be nested. */
export function hint(texts: TemplateStringsArray, ...values: readonly (Hint | CommandHint | number)[]): Hint {
  const parts: (string | CommandHint)[] = [];
  texts.forEach((text, index) => {
    if (text !== "") parts.push(text);
    const value = values[index] ?? "";
    if (typeof value === "object") parts.push(...(isParts(value) ? value : [value]));
    else if (value !== "") parts.push(String(value));
  });
  return parts;
}

/** A command for use in a {@link hint}: `sameKit("local clean", "--all")`. */
export function sameKit(command: string, ...args: readonly string[]): CommandHint {
  return { command, args };
}

/**
 * Formats a hint as text.
 *
 * @param render - Formats a command. Default: as its author wrote it, without the options of the current call.
 */
export function hintText(said: Hint, render: (command: CommandHint) => string = plainCommand): string {
  if (typeof said === "string") return said;
  return said.map((part) => (typeof part === "string" ? part : showCommand(part, render))).join("");
}

function showCommand(command: CommandHint, render: (command: CommandHint) => string): string {
  return command.isBare ? render(command) : `\`${render(command)}\``;
}

function plainCommand({ command, args = [] }: CommandHint): string {
  return ["same-kit", command, ...args].join(" ");
}

function isParts(value: Exclude<Hint, string> | CommandHint): value is Exclude<Hint, string> {
  return Array.isArray(value);
}
