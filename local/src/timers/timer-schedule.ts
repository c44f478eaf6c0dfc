import { parseTimeSpan } from "../shared/time-span.ts";
import { type NextTime, parseNcrontab } from "./ncrontab.ts";

/**
 * Parses a timer trigger's `schedule`: an NCRONTAB expression, or `hh:mm:ss` for the interval.
 *
 * @returns `undefined` if it is neither.
 */
export function parseSchedule(text: string): NextTime | undefined {
  if (!text.includes(":")) return parseNcrontab(text);
  const intervalMs = parseTimeSpan(text);
  return intervalMs === undefined || intervalMs <= 0 ? undefined : (after) => new Date(after.getTime() + intervalMs);
}
