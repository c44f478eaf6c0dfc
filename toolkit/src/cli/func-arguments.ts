import type { OptionSpec } from "../commands/define-command.ts";

// The values that func's parser accepts for a flag.
const TRUE = /^(true|on|yes|1|\+)$/i;
const FALSE = /^(false|off|no|0|-)$/i;

type Options = Readonly<Record<string, OptionSpec>>;

/**
 * Converts func's arguments for a parser of `--name=value`: names in any case, `--name:value`, flags with a value
 * (`--cors-credentials true`), lists separated by spaces (`--functions a b`), and `--language-worker -- "--inspect=9229"`.
 * Arguments that are not in `options` are unchanged.
 */
export function toPlainArguments(words: readonly string[], options: Options): string[] {
  const plain: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] as string;
    const found = findOption(word, options);
    const { taken, args } = found === undefined ? { taken: 0, args: [word] } : readOption(found, words.slice(at + 1));
    plain.push(...args);
    at += 1 + taken;
  }
  return plain;
}

type Found = { name: string; spec: OptionSpec; inline: string | undefined };

function findOption(word: string, options: Options): Found | undefined {
  const [, dashes = "", written = "", inline] = /^(--?)([\w-]+)(?:[=:](.*))?$/s.exec(word) ?? [];
  const found = Object.entries(options).find(([name, { short }]) =>
    dashes === "--" ? name.toLowerCase() === written.toLowerCase() : dashes === "-" && short === written,
  );
  return found === undefined ? undefined : { name: found[0], spec: found[1], inline };
}

/** @returns How many of the following words belong to the option, and the option as plain arguments. */
function readOption({ name, spec, inline }: Found, following: readonly string[]): { taken: number; args: string[] } {
  if (spec.type === "boolean") return readFlag(name, inline, following[0]);
  if (inline !== undefined) return { taken: 0, args: [`--${name}=${inline}`] };
  // `--` lets the value begin with a dash.
  const skipped = following[0] === "--" ? 1 : 0;
  const rest = following.slice(skipped);
  if (spec.multiple !== true) {
    const [value] = rest;
    const isValue = value !== undefined && (skipped === 1 || !value.startsWith("-") || name === "language-worker");
    return isValue ? { taken: skipped + 1, args: [`--${name}=${value}`] } : { taken: 0, args: [`--${name}`] };
  }
  const end = rest.findIndex((word) => word.startsWith("-"));
  const values = end === -1 ? rest : rest.slice(0, end);
  if (values.length === 0) return { taken: 0, args: [`--${name}`] };
  return { taken: skipped + values.length, args: values.map((value) => `--${name}=${value}`) };
}

function readFlag(name: string, inline: string | undefined, next = ""): { taken: number; args: string[] } {
  const value = inline ?? next;
  const taken = inline === undefined ? 1 : 0;
  if (TRUE.test(value)) return { taken, args: [`--${name}`] };
  if (FALSE.test(value)) return { taken, args: [`--no-${name}`] };
  return inline === undefined ? { taken: 0, args: [`--${name}`] } : { taken: 0, args: [`--${name}=${inline}`] };
}
