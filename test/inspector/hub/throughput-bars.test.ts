import { expect, test } from "vitest";
import { DRAWING, niceTop, throughputBars } from "../../../inspector/src/hub/throughput-bars.ts";

const span = (completed: number, failed = 0) => ({ startsAt: new Date(0), seconds: 5, completed, failed });

test.each([
  [0, 1],
  [1, 1],
  [1.2, 2],
  [4, 5],
  [10, 10],
  [11, 20],
  [480, 500],
])("the scale for %d per second ends at %d", (value, top) => {
  expect(niceTop(value)).toBe(top);
});

test("the height of a bar is its rate, with failures stacked on completed calls", () => {
  const { bars, top } = throughputBars([span(0), span(15, 10), span(25)]);
  expect(top).toBe(5);
  expect(bars[0]).toMatchObject({ completed: { height: 0 }, failed: { height: 0 } });
  expect(bars[1]).toMatchObject({ completed: { y: 48, height: 72 }, failed: { y: 0, height: 48 } });
  expect(bars[2]?.completed).toEqual({ y: 0, height: DRAWING.height });
});

test("bars are placed side by side and fill the drawing", () => {
  const { bars } = throughputBars([span(1), span(1), span(1), span(1)]);
  expect(bars.map(({ x, width }) => [x, width])).toEqual([
    [15, 120],
    [165, 120],
    [315, 120],
    [465, 120],
  ]);
});
