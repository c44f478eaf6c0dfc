/** A period in milliseconds since the epoch. */
export type Span = { fromMs: number; toMs: number };

/** The span scaled by `factor`, with the moment at `anchor` (0 to 1) kept in place; at least one millisecond long. */
export function zoom({ fromMs, toMs }: Span, factor: number, anchor: number): Span {
  const length = Math.max((toMs - fromMs) * factor, 1);
  const anchorMs = fromMs + (toMs - fromMs) * anchor;
  return { fromMs: anchorMs - length * anchor, toMs: anchorMs + length * (1 - anchor) };
}

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5];
const DAY_MS = 24 * 36e5;

/** About `count` axis ticks at round distances from the origin. */
export function ticks({ fromMs, toMs }: Span, originMs: number, count: number): number[] {
  const wanted = (toMs - fromMs) / count;
  const step = STEPS_MS.find((it) => it >= wanted) ?? Math.ceil(wanted / DAY_MS) * DAY_MS;
  const first = Math.ceil((fromMs - originMs) / step);
  const last = Math.floor((toMs - originMs) / step);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => originMs + (first + i) * step);
}
