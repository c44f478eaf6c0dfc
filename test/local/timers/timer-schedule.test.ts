import { expect, test } from "vitest";
import { parseSchedule } from "../../../local/src/timers/timer-schedule.ts";

/** Tuesday, 27 February 2024, 10:20:30 and a half. */
const NOW = new Date(2024, 1, 27, 10, 20, 30, 500);
const local = (...parts: [number, number, number, number?, number?, number?]) => {
  const [year, month, ...rest] = parts;
  return new Date(year, month - 1, ...(rest as [number, number?, number?, number?]));
};

test.each([
  ["* * * * * *", local(2024, 2, 27, 10, 20, 31)],
  ["*/15 * * * * *", local(2024, 2, 27, 10, 20, 45)],
  ["0 */5 * * * *", local(2024, 2, 27, 10, 25)],
  ["*/5 * * * *", local(2024, 2, 27, 10, 25)],
  ["30 20 10 * * *", local(2024, 2, 28, 10, 20, 30)],
  ["0 0 9-17 * * 1-5", local(2024, 2, 27, 11)],
  ["0 30 9 * * Mon,Fri", local(2024, 3, 1, 9, 30)],
  ["0 0 0 29 2 *", local(2024, 2, 29)],
  ["0 0 0 13 * Friday", local(2024, 9, 13)],
  ["0 0 0 1 JAN *", local(2025, 1, 1)],
  ["10/20 * * * * *", local(2024, 2, 27, 10, 20, 50)],
  ["0 59 23 31 12 *", local(2024, 12, 31, 23, 59)],
  ["00:00:10", new Date(NOW.getTime() + 10_000)],
])("the next occurrence of %s is at %s", (schedule, expected) => {
  expect(parseSchedule(schedule)?.(NOW)).toEqual(expected);
});

test("a date that never occurs has no next occurrence", () => {
  expect(parseSchedule("0 0 0 30 2 *")?.(NOW)).toBeUndefined();
});

test.each([
  "",
  "*",
  "* * * *",
  "60 * * * * *",
  "* * * * * 7",
  "a * * * * *",
  "5-1 * * * * *",
  "*/0 * * * * *",
  "00:00:00",
])("%j is not a schedule", (schedule) => {
  expect(parseSchedule(schedule)).toBeUndefined();
});
