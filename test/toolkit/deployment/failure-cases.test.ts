import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { DRILLS } from "../../../rehearsal/src/drills.ts";
import { FAILURE_CASES, failureCaseOf } from "../../../toolkit/src/deployment/failure-cases.ts";

type Row = { number: number; codes: string[]; drills: string[] };

async function readTable(): Promise<Row[]> {
  const text = await readFile("docs/failures.md", "utf8");
  return [...text.matchAll(/^\| (\d+) \| (.+?) \| .+? \| (.*?)\|$/gm)].map(([, number, codes = "", drills = ""]) => ({
    number: Number(number),
    codes: [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code = ""]) => code),
    drills: [...drills.matchAll(/`(?:down --fail )?([a-z-]+)`/g)].map(([, drill = ""]) => drill),
  }));
}

test("the documented table holds every code under its number", async () => {
  const documented = (await readTable()).flatMap(({ number, codes }) => codes.map((code) => [code, number]));
  const known = Object.entries(FAILURE_CASES).map(([code, { number }]) => [code, number]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(known));
});

test("the documented table holds every drill", async () => {
  const documented = (await readTable()).flatMap(({ drills }) => drills);
  expect(documented.sort()).toEqual(Object.keys(DRILLS).sort());
});

test("a code of something else is no case", () => {
  expect(failureCaseOf("ERR_USAGE")).toBeNull();
  expect(failureCaseOf("toString")).toBeNull();
});
