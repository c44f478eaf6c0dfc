import type { LogEntry, LogLevel } from "@same-kit/shared";
import { printable, printableInLine } from "./printable.ts";

const RANK: Record<LogLevel, number> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };

/** Whether a line is shown without --verbose: output of the user's code, warnings and errors. */
export function isShown({ level, source }: LogEntry, isVerbose: boolean): boolean {
  if (isVerbose) return RANK[level] >= RANK.debug;
  return source === "system" ? RANK[level] >= RANK.warn : RANK[level] >= RANK.info;
}

/**
 * One line of a host's log: time, level, subject, text, then the fields. A text of several lines is indented, so that none of them
 * can be taken for the line of another entry.
 */
export function formatLogEntry({ time, level, component, message, fields }: LogEntry): string {
  const stamp = time.toISOString().slice(11, 23);
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${printableInLine(String(value))}`)
    .join("");
  const text = printable(message).replaceAll("\n", "\n    ");
  return `${stamp} ${level.padEnd(5)} ${printableInLine(component)}: ${text}${rest}`;
}
