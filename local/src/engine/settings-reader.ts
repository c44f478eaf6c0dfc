import { parseTimeSpan } from "../shared/time-span.ts";

type Section = Record<string, unknown>;

/** Names are case-insensitive, as in .NET's configuration. */
export function toSection(value: unknown): Section {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), inner]));
}

/**
 * Reads one section of host.json. A setting that cannot be used gets its default, and a sentence in `problems`.
 *
 * @param place - The path of the section in host.json.
 */
export function createReader(section: Section, place: string, problems: string[]) {
  const wrong = (name: string, wanted: string) =>
    problems.push(`${place}.${name} is ${JSON.stringify(section[name.toLowerCase()])}, not ${wanted}.`);
  const value = (name: string) => section[name.toLowerCase()];
  return {
    text(name: string, fallback: string): string {
      const found = value(name);
      if (typeof found === "string") return found;
      if (found !== undefined) wrong(name, "a text");
      return fallback;
    },
    flag(name: string, fallback: boolean): boolean {
      const found = value(name);
      if (typeof found === "boolean") return found;
      if (found === "true" || found === "false") return found === "true";
      if (found !== undefined) wrong(name, "true or false");
      return fallback;
    },
    count(name: string, fallback: number, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number {
      const found = value(name);
      if (found === undefined || found === null) return fallback;
      const number = Number(found);
      if (Number.isInteger(number) && number >= minimum && number <= maximum) return number;
      const upTo = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `from ${minimum} to ${maximum}`;
      wrong(name, `a whole number, ${upTo}`);
      return fallback;
    },
    timeSpan(name: string, fallbackMs: number): number {
      const found = value(name);
      if (found === undefined) return fallbackMs;
      const ms = typeof found === "string" ? parseTimeSpan(found) : undefined;
      if (ms !== undefined && ms > 0) return ms;
      wrong(name, "a time such as 00:05:00");
      return fallbackMs;
    },
    oneOf<const Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
      const found = value(name);
      if (found === undefined) return fallback;
      const choice = choices.find((it) => it.toLowerCase() === String(found).toLowerCase());
      if (choice === undefined) wrong(name, `one of ${choices.join(", ")}`);
      return choice ?? fallback;
    },
  };
}

export type SettingsReader = ReturnType<typeof createReader>;
