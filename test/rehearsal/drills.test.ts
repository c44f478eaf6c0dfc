import { describe, expect, test } from "vitest";
import { DRILLS, DrillCounter, parseDrill } from "../../rehearsal/src/drills.ts";

describe("parseDrill", () => {
  test("a drill that passes strikes as often as its table says", () => {
    const counter = new DrillCounter(parseDrill("scm-unavailable"));
    const strikes = [1, 2, 3].map(() => counter.strikes("scm-unavailable"));
    expect(strikes).toEqual([true, true, false]);
  });

  test("`:always` makes it strike every time", () => {
    expect(parseDrill("scm-unavailable:always")?.times).toBe(Number.POSITIVE_INFINITY);
  });

  test.each(["nothing", "quota:sometimes", "toString", ""])("%j is no drill", (text) => {
    expect(parseDrill(text)).toBeNull();
  });

  test("every row of the failure table has a drill", () => {
    const played = new Set<number>(Object.values(DRILLS).map(({ number }) => number));
    const rows = Array.from({ length: 36 }, (_, index) => index + 1);
    expect(rows.filter((row) => !played.has(row))).toEqual([]);
  });
});

test("another drill's name does not strike", () => {
  const counter = new DrillCounter(parseDrill("quota"));
  expect([counter.strikes("policy"), counter.strikes("quota")]).toEqual([false, true]);
});
