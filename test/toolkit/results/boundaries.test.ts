import { expect, test } from "vitest";
import { boundariesOf, summarizeBoundary } from "../../../toolkit/src/results/boundaries.ts";

const variable = (name: string, changed?: boolean | null) => {
  return { name, type: "int", sizeBytes: 28, cell: 1, ...(changed !== undefined && { changed }) };
};
const lost = [{ name: "s", type: "socket", cell: 2, reason: "It is open", remedy: "Open it again." }];

test("each boundary contains the lost variables first, then those that crossed it", () => {
  const steps = [
    { name: "a", crossing: [variable("x")], lost },
    { name: "b", crossing: [variable("x", true), variable("y"), variable("z", null), variable("w", false)], lost: [] },
    { name: "c", crossing: [variable("x", false)], lost: [] },
  ];
  const [first, second, ...more] = boundariesOf(steps);
  expect(first).toMatchObject({ step: "a", next: "b" });
  expect(first?.variables).toEqual([
    { name: "s", type: "socket", cell: 2, fate: "lost", sizeBytes: null, why: ["It is open.", "Open it again."] },
    { name: "x", type: "int", cell: 1, fate: "new", sizeBytes: 28, why: [] },
  ]);
  expect(second?.variables.map(({ name, fate }) => [name, fate])).toEqual([
    ["x", "changed"],
    ["y", "new"],
    ["z", "not known"],
    ["w", "unchanged"],
  ]);
  // The variables of the last step are the result of the run.
  expect(more).toEqual([]);
});

test("a repeated variable from an older app version does not count as new", () => {
  const steps = ["a", "b", "c"].map((name) => ({ name, crossing: [variable("x")], lost: [] }));
  expect(boundariesOf(steps).map(({ variables }) => variables[0]?.fate)).toEqual(["new", "not known"]);
});

test("a step without details has no boundary", () => {
  expect(
    boundariesOf([
      { name: "a", crossing: null, lost: [] },
      { name: "b", crossing: null, lost: [] },
    ]),
  ).toEqual([]);
});

test("the title of a boundary contains counts and sums", () => {
  const steps = [
    { name: "a", crossing: [variable("x")], lost },
    { name: "b", crossing: [], lost: [] },
  ];
  const inBytes = (bytes: number) => `${bytes} B`;
  expect(boundariesOf(steps).map((it) => summarizeBoundary(it, inBytes))).toEqual(["a → b: 1 variable, 28 B, 1 lost"]);
});
