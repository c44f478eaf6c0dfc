import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readReport, warningsOf } from "../../../functions-app/src/steps/step-report.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("the report of a process is trusted", async () => {
  const folder = await makeTempDir();
  await writeFile(path.join(folder, "report.json"), '{"codeMs":3}');
  expect(await readReport(folder, { cause: "ended", code: 0 })).toEqual({ codeMs: 3 });
});

test.each([
  [{ code: 3 }, "ProcessExit", "exit code 3"],
  [{ code: 74 }, "ResultLost", "error output"],
  [{ signal: 11 }, "ProcessCrash", "SIGSEGV"],
  [{ signal: 9 }, "ProcessCrash", "memory"],
])("a process without a report that ended with %j is a failure", async (end, type, text) => {
  const { failure } = await readReport(await makeTempDir(), { cause: "ended", ...end });
  expect(failure?.type).toBe(type);
  expect(failure?.message).toContain(text);
});

const lostVariable = (name: string) => ({
  name,
  type: "generator",
  cell: 1,
  reason: "It is a generator",
  remedy: "Convert it to a list.",
});

test("thousands of warnings are truncated", () => {
  const lost = Array.from({ length: 5_000 }, (_, index) => lostVariable(`v${index}`));
  const warnings = warningsOf({ lost });
  expect(warnings).toHaveLength(101);
  expect(warnings.at(-1)).toContain("4900 more");
  expect(JSON.stringify(warnings).length).toBeLessThan(20_000);
});

test("packages of this machine and variables that cannot travel lead to warnings", () => {
  const warnings = warningsOf({ foreignPackages: ["numpy"], lost: [lostVariable("g")] });
  expect(warnings[0]).toContain("numpy");
  expect(warnings[1]).toBe("g cannot be passed to later steps. It is a generator. Convert it to a list.");
});
