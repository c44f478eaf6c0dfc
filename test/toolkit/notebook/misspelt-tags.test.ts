import { expect, test } from "vitest";
import { warnOfMisspelt } from "../../../toolkit/src/notebook/misspelt-tags.ts";

test.each([
  ["cahce=P1D", "cache=P1D"],
  ["Cache = P1D", "cache=P1D"],
  ["requirments=plots.txt", "requirements=plots.txt"],
  ["enviroment=gpu", "environment=gpu"],
  ["parameter", "parameters"],
  ["raises_exceptions", "raises-exception"],
  ["Skip-Execution", "skip-execution"],
])("%j is recognized as a misspelt %j", (tag, meant) => {
  expect(warnOfMisspelt(3, [tag])).toEqual([`Cell 3: the tag ${tag} has no effect; did you mean \`${meant}\`?`]);
});

test.each([
  "parameters",
  "raises-exception",
  "skip-execution",
  "hide-input",
  "injected-parameters",
  "name=plot",
  "slow",
])("%j belongs to another program, or is correct", (tag) => {
  expect(warnOfMisspelt(3, [tag])).toEqual([]);
});
