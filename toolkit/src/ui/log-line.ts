import type { LogEntry, LogLevel } from "@same-kit/shared";
import type { Console, Style } from "./console.ts";
import { printable, printableInLine } from "./printable.ts";

type Paint = Console["paint"];

const COLOURS: Partial<Record<LogLevel, Style>> = { trace: "dim", debug: "dim", warn: "yellow", error: "red" };
const asIs: Paint = (_style, text) => text;

const RANK: Record<LogLevel, number> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };

/** Whether a line is shown without --verbose: output of the user's code, requests to it, warnings and errors. */
export function isShown({ level, source }: LogEntry, isVerbose: boolean): boolean {
  if (isVerbose) return RANK[level] >= RANK.debug;
  return source === "system" ? RANK[level] >= RANK.warn : RANK[level] >= RANK.info;
}

/**
 * One line of a host's log: time, level, component, text, then the fields. The lines of a longer text are indented, so that none of
 * them looks like the line of another entry.
 */
export function formatLogEntry({ time, level, component, message, fields }: LogEntry, paint: Paint = asIs): string {
  const stamp = paint("dim", time.toISOString().slice(11, 23));
  const colour = COLOURS[level];
  const shownLevel = colour === undefined ? level.padEnd(5) : paint(colour, level.padEnd(5));
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${printableInLine(String(value))}`)
    .join("");
  const text = printable(message).replaceAll("\n", "\n    ");
  return `${stamp} ${shownLevel} ${printableInLine(component)}: ${text}${rest}`;
}
