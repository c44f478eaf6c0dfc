import { expect, test } from "vitest";
import { LiveLines } from "../../../functions-app/src/outputs/live-lines.ts";

function open(rewriteEveryMs = 100) {
  const lines: string[] = [];
  const clock = { now: 0 };
  const live = new LiveLines({ onLine: (line) => lines.push(line), rewriteEveryMs, now: () => clock.now });
  return { lines, clock, live };
}

test("lines are passed on complete, wherever the chunks break", () => {
  const { live, lines } = open();
  for (const piece of ["eins\nzw", "ölf\n\nre", "st"]) live.add(piece);
  expect(lines).toEqual(["eins", "zwölf", ""]);
  live.end();
  expect(lines.at(-1)).toBe("rest");
});

test("a rewritten line is passed on periodically, marked as such, and completely at its end", () => {
  const { live, lines, clock } = open();
  for (let percent = 0; percent <= 100; percent += 10) {
    live.add(`\r${percent}%`);
    clock.now += 25;
  }
  live.add("\ndone\n");
  expect(lines).toEqual(["0%\r", "40%\r", "80%\r", "100%", "done"]);
});

test("a very long line is passed on in pieces", () => {
  const { live, lines } = open();
  live.add("x".repeat(40_000));
  live.end();
  expect(lines.map((it) => it.length)).toEqual([16_384, 16_384, 7_232]);
});

test("after ten thousand lines the log says once that later lines are omitted", () => {
  const { live, lines } = open();
  live.add("l\n".repeat(12_000));
  expect(lines).toHaveLength(10_000);
  expect(lines.at(-1)).toContain("later ones are not logged");
});
