import { expect, test } from "vitest";
import { formatTicks, parseTicks } from "../../../shared/src/waiting/clock.ts";

test.each([
  "2026-06-24T14:00:00.0000000Z",
  "2026-06-24T14:00:00.1234567Z",
  "1970-01-01T00:00:00.0000001Z",
  "1969-12-31T23:59:59.9999999Z",
  "0001-01-01T00:00:00.0000001Z",
])("%s is formatted as it was parsed", (text) => {
  expect(formatTicks(parseTicks(text))).toBe(text);
});
