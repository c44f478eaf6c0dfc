import { expect, test } from "vitest";
import { toDurationText, toMilliseconds } from "../../../local/src/testing/duration.ts";

test.each([
  ["30d", 2_592_000_000],
  ["1h30m", 5_400_000],
  ["1d 2h 3m 4s 5ms", 93_784_005],
  ["1.5h", 5_400_000],
  [250, 250],
])("%s is %d milliseconds", (text, ms) => {
  expect(toMilliseconds(text)).toBe(ms);
});

test.each(["", "30", "d", "30 days", "-1d", -1, Number.NaN])("%s is not a duration", (text) => {
  expect(() => toMilliseconds(text)).toThrow(`"${text}" is not a duration.`);
});

test("a duration is formatted with the largest units first, in whole seconds", () => {
  expect([93_784_005, 86_400_000, 999, 0].map(toDurationText)).toEqual(["1d2h3m4s", "1d", "0s", "0s"]);
});
