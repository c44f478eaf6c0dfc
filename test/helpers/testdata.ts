import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve("test/testdata");

/** What a folder of test data says must come of it; each test looks at its own part. */
export type Expected = {
  steps: string[];
  variables?: Record<string, { type: string; repr?: string }>;
  /** What each step prints. */
  stdout?: Record<string, string>;
  exploded?: string[];
  failure?: { step: string; error: string; cell: number; line: number };
  /** Lines that are no Python. */
  removed?: string[];
  /** The code of the error that compiling ends with, and words in its message. */
  error?: string;
  mentions?: string[];
  /** What the test needs beyond this machine. */
  needs?: "package index";
};

export type TestdataFolder = { name: string; dir: string; expected: Expected };

/** Every folder with an expected result below `test/testdata/<group>`. */
export function listTestdata(group: string): TestdataFolder[] {
  const names = readdirSync(path.join(ROOT, group)).filter((name) =>
    existsSync(path.join(ROOT, group, name, "expected.json")),
  );
  return names.map((name) => readTestdata(group, name));
}

export function readTestdata(group: string, name: string): TestdataFolder {
  const dir = path.join(ROOT, group, name);
  return { name, dir, expected: JSON.parse(readFileSync(path.join(dir, "expected.json"), "utf8")) as Expected };
}
