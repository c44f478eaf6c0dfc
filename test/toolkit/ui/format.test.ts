import { expect, test } from "vitest";
import { count, formatDuration, formatSize, truncate } from "../../../toolkit/src/ui/format.ts";

test.each([
  [0, "0.00 s"],
  [1234, "1.23 s"],
  [12_345, "12.3 s"],
  [185_000, "3 min 05 s"],
])("%i ms is formatted as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [3_400_000, "3.4 MB"],
])("%i bytes are formatted as %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test("words", () => {
  expect([truncate("abcdef", 4), truncate("abcd", 4), count(1, "run"), count(2, "run")]).toEqual([
    "abc…",
    "abcd",
    "1 run",
    "2 runs",
  ]);
});
