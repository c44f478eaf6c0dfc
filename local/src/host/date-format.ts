const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const STANDARD: Readonly<Record<string, string>> = {
  d: "MM/dd/yyyy",
  D: "dddd, dd MMMM yyyy",
  g: "MM/dd/yyyy HH:mm",
  G: "MM/dd/yyyy HH:mm:ss",
  o: "yyyy-MM-ddTHH:mm:ss.fffffffK",
  O: "yyyy-MM-ddTHH:mm:ss.fffffffK",
  s: "yyyy-MM-ddTHH:mm:ss",
  t: "HH:mm",
  T: "HH:mm:ss",
  u: "yyyy-MM-dd HH:mm:ssZ",
};
const PART = /\\(.)|'([^']*)'|"([^"]*)"|y+|M+|d+|H+|h+|m+|s+|f+|t+|z+|K|./gs;

/**
 * Formats a time in UTC with a .NET format string, standard (`G`) or custom (`yyyy-MM-dd`), in the invariant culture.
 *
 * @throws Error for an unknown standard format.
 * @see https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
 */
export function formatDate(date: Date, format: string): string {
  // `%` marks a custom format that consists of a single letter.
  const custom = format.length === 1 ? STANDARD[format] : format.replace(/^%(?=.$)/, "");
  if (custom === undefined) throw new Error(`"${format}" is not a format of a time that is known here.`);
  return custom.replace(
    PART,
    (part: string, escaped?: string, single?: string, double?: string) =>
      escaped ?? single ?? double ?? formatPart(date, part),
  );
}

function formatPart(date: Date, part: string): string {
  const pad = (value: number) => String(value).padStart(Math.min(part.length, 2), "0");
  const month = MONTHS[date.getUTCMonth()] ?? "";
  const day = DAYS[date.getUTCDay()] ?? "";
  const year = date.getUTCFullYear();
  switch (part[0]) {
    case "y":
      return part.length <= 2 ? pad(year % 100) : String(year).padStart(part.length, "0");
    case "M":
      if (part.length <= 2) return pad(date.getUTCMonth() + 1);
      return part.length === 3 ? month.slice(0, 3) : month;
    case "d":
      if (part.length <= 2) return pad(date.getUTCDate());
      return part.length === 3 ? day.slice(0, 3) : day;
    case "H":
      return pad(date.getUTCHours());
    case "h":
      return pad(date.getUTCHours() % 12 || 12);
    case "m":
      return pad(date.getUTCMinutes());
    case "s":
      return pad(date.getUTCSeconds());
    case "f":
      return String(date.getUTCMilliseconds()).padStart(3, "0").padEnd(part.length, "0").slice(0, part.length);
    case "t":
      return (date.getUTCHours() < 12 ? "AM" : "PM").slice(0, part.length);
    case "z":
      return ["+0", "+00", "+00:00"][Math.min(part.length, 3) - 1] as string;
    case "K":
      return "Z";
    default:
      return part;
  }
}
