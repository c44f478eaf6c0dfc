import { usageError } from "../errors.ts";

/** @throws UsageError `ERR_USAGE` */
export function parseTop(text: string | undefined, byDefault: number): number {
  const top = Number(text ?? byDefault);
  if (Number.isSafeInteger(top) && top > 0) return top;
  throw usageError(`--top ${text} is not a number of instances.`);
}

/** As ISO 8601. @throws UsageError `ERR_USAGE` */
export function parseTime(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (Number.isNaN(Date.parse(text))) throw usageError(`${option} ${text} is not a time, such as 2026-11-27T08:00Z.`);
  return new Date(text).toISOString();
}
