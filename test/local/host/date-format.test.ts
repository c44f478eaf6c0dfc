import { expect, test } from "vitest";
import { formatDate } from "../../../local/src/host/date-format.ts";

const MORNING = new Date("2026-03-04T05:06:07.089Z");
const EVENING = new Date("2026-11-27T17:00:00Z");

// The results of `DateTime.ToString(format, CultureInfo.InvariantCulture)`.
test.each([
  ["yyyy-MM-ddTHH-mm-ssK", "2026-03-04T05-06-07Z"],
  ["yyyyMMdd", "20260304"],
  ["yy M d H h m s", "26 3 4 5 5 6 7"],
  ["ddd, dd MMM yyyy", "Wed, 04 Mar 2026"],
  ["dddd MMMM tt", "Wednesday March AM"],
  ["ss.fff|ffffff|f", "07.089|089000|0"],
  ["'year' yyyy \\M zzz", "year 2026 M +00:00"],
  ["G", "03/04/2026 05:06:07"],
  ["o", "2026-03-04T05:06:07.0890000Z"],
  ["%d", "4"],
])("%s is formatted as %s", (format, text) => {
  expect(formatDate(MORNING, format)).toBe(text);
});

test("twelve-hour format counts from one to twelve", () => {
  expect(formatDate(EVENING, "hh:mm tt")).toBe("05:00 PM");
  expect(formatDate(new Date("2026-01-01T00:30:00Z"), "h:mm t")).toBe("12:30 A");
});

test("an unknown standard format is an error with its name", () => {
  expect(() => formatDate(MORNING, "Q")).toThrow('"Q" is not a format');
});
