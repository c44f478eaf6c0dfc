import type { Span } from "../parts/rates.ts";

/** One bar of two parts, in units of the drawing: failures lie on what completed. */
export type Bar = { x: number; width: number; completed: Part; failed: Part };
type Part = { y: number; height: number };

export const DRAWING = { width: 600, height: 120 };

export type Throughput = { bars: Bar[] /** Calls in a second at the top of the drawing. */; top: number };

export function throughputBars(spans: readonly Span[]): Throughput {
  const { width, height } = DRAWING;
  const top = niceTop(Math.max(...spans.map(({ completed, failed, seconds }) => (completed + failed) / seconds)));
  const slot = width / spans.length;
  const bars = spans.map(({ completed, failed, seconds }, index) => {
    const scale = height / top / seconds;
    const [ok, bad] = [completed * scale, failed * scale];
    return {
      x: round(index * slot + slot * 0.1),
      width: round(slot * 0.8),
      completed: { y: round(height - ok), height: round(ok) },
      failed: { y: round(height - ok - bad), height: round(bad) },
    };
  });
  return { bars, top };
}

/** The next of 1, 2, 5, 10, 20 … that is not less. */
export function niceTop(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((it) => it * power).find((it) => it >= value) as number;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
