import type { Span } from "../parts/rates.ts";

/** A stacked bar in drawing units, with failures on top of completed calls. */
type Bar = { x: number; width: number; completed: Part; failed: Part };
type Part = { y: number; height: number };

export const DRAWING = { width: 600, height: 120 };

/** `top`: calls per second at the top of the drawing. */
type Throughput = { bars: Bar[]; top: number };

/** The bars of a throughput chart, one per span, scaled to the busiest one. */
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

/** The smallest of 1, 2, 5, 10, 20 … that is at least `value`. */
export function niceTop(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((it) => it * power).find((it) => it >= value) as number;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
