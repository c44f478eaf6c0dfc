/** A `same-kit` command that a text names, as data: what shows the text adds the options that make it find the same place. */
export type CommandHint = {
  /** As typed after `same-kit`: `local down`. */
  command: string;
  /** Its arguments and options, a word each, not quoted. */
  args?: readonly string[];
  /** The state folder that it must find, absolute. Default: the one of the command that says it. */
  stateDir?: string;
  /** Options of the current call that it must not get: `["rehearse"]` for the same in Azure. */
  without?: readonly string[];
  /** Shown without quotation marks: on a line of its own, or as a part of a longer command. */
  isBare?: boolean;
};

/** What to do next: sentences, in which commands are data. Made with {@link hint}, or a plain text that names no command. */
export type Hint = string | readonly (string | CommandHint)[];

/** For example ``hint`Run ${sameKit("local down")} first.` ``; it may contain another hint. */
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

export function sameKit(command: string, ...args: readonly string[]): CommandHint {
  return { command, args };
}

/**
 * The hint as text.
 *
 * @param render - How a command is shown; default: as its author wrote it, without the options of the current call.
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
