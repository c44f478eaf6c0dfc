import { TestingError } from "./errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * @param duration - Milliseconds, or a text such as `30d`, `1h30m` or `250ms`.
 * @throws TestingError `ERR_TEST_DURATION`
 */
export function toMilliseconds(duration: string | number): number {
  const ms = typeof duration === "number" ? duration : parseDuration(duration);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new TestingError({
    code: "ERR_TEST_DURATION",
    message: `"${duration}" is not a duration. Use milliseconds, or a text such as "30d", "1h30m", "45s" or "250ms".`,
  });
}

function parseDuration(text: string): number {
  const compact = text.replaceAll(" ", "");
  const parts = [...compact.matchAll(PART)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== compact) return Number.NaN;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? Number.NaN), 0);
}

/** Largest units first, such as `1d2h`; `0s` for less than a second. */
export function toDurationText(ms: number): string {
  let rest = Math.floor(ms / 1000) * 1000;
  let text = "";
  for (const unit of ["d", "h", "m", "s"]) {
    const size = UNIT_MS[unit] ?? 1;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === "" ? "0s" : text;
}
