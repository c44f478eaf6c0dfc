import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { DRILLS } from "../../../rehearsal/src/index.ts";
import { FAILURE_CASES, type FailureCase, failureCaseOf } from "../../../toolkit/src/deployment/failure-cases.ts";

type Row = { number: number; codes: string[]; drills: string[] };

async function readTable(): Promise<Row[]> {
  const text = await readFile("docs/failures.md", "utf8");
  return [...text.matchAll(/^\| (\d+) \| (.+?) \| .+? \| (.*?)\|$/gm)].map(([, number, codes = "", drills = ""]) => ({
    number: Number(number),
    codes: [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code = ""]) => code),
    drills: [...drills.matchAll(/`(?:down --fail )?([a-z-]+)`/g)].map(([, drill = ""]) => drill),
  }));
}

test("the documented table has every code under its number", async () => {
  const documented = (await readTable()).flatMap(({ number, codes }) => codes.map((code) => [code, number]));
  const known = Object.entries(FAILURE_CASES).map(([code, { number }]) => [code, number]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(known));
});

const played = (Object.entries(FAILURE_CASES) as [string, FailureCase][]).flatMap(([, { number, drills = [] }]) =>
  drills.map((drill) => ({ drill, number })),
);

test("every drill plays exactly one case, as documented in the table", async () => {
  const documented = (await readTable()).flatMap(({ number, drills }) => drills.map((drill) => [drill, number]));
  const catalogued = played.map(({ drill, number }) => [drill, number]);
  expect(catalogued.map(([drill]) => drill).sort()).toEqual(Object.keys(DRILLS).sort());
  expect(documented.sort()).toEqual(catalogued.sort());
});

test("every case up to the last removal has a drill", () => {
  const numbers = new Set(played.map(({ number }) => number));
  expect(Array.from({ length: 37 }, (_, index) => index + 1).filter((number) => !numbers.has(number))).toEqual([]);
});

test("an unrelated code is not a case", () => {
  expect(failureCaseOf("ERR_USAGE")).toBeNull();
  expect(failureCaseOf("toString")).toBeNull();
});
