import { expect, test } from "vitest";
import { parseTimeSpan } from "../../../local/src/shared/time-span.ts";

test.each([
  ["00:00:01", 1000],
  ["01:02:03.5", 3_723_500],
  ["1.00:00:00", 86_400_000],
  ["00:05", 300_000],
  ["-00:00:01", -1000],
  ["24:00:00", undefined],
  ["5", undefined],
  ["", undefined],
])("%j is %j ms", (text, expected) => {
  expect(parseTimeSpan(text)).toBe(expected);
});
