/** One measured figure, and what it is compared with. */
export type Figure = {
  name: string;
  value: number;
  unit: "ms" | "s" | "1/s" | "x" | "%" | "MB";
  /** Its target in words, such as `at most 2x`. */
  aim: string | null;
  isMet: boolean | null;
  comparedWith: { name: string; value: number; unit: string; ratio: number } | null;
  note?: string;
};

export function figure(
  name: string,
  value: number,
  unit: Figure["unit"],
  more: {
    atMost?: number;
    atLeast?: number;
    yardstick?: { name: string; value: number; unit?: string };
    note?: string;
  } = {},
): Figure {
  const { atMost, atLeast, yardstick, note } = more;
  return {
    name,
    value: round(value),
    unit,
    aim:
      atMost !== undefined ? `at most ${atMost} ${unit}` : atLeast !== undefined ? `at least ${atLeast} ${unit}` : null,
    isMet: atMost !== undefined ? value <= atMost : atLeast !== undefined ? value >= atLeast : null,
    comparedWith:
      yardstick === undefined
        ? null
        : {
            name: yardstick.name,
            value: round(yardstick.value),
            unit: yardstick.unit ?? unit,
            ratio: round(value / yardstick.value),
          },
    ...(note === undefined ? {} : { note }),
  };
}

export const round = (value: number): number => Number(value.toPrecision(4));

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Measures two things alternately, so that other load on the machine affects both equally. */
export async function sideBySide(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ a: number; b: number }> {
  const results: { a: number[]; b: number[] } = { a: [], b: [] };
  for (let i = 0; i < rounds; i += 1) {
    results.a.push(await a());
    results.b.push(await b());
  }
  return { a: median(results.a), b: median(results.b) };
}
