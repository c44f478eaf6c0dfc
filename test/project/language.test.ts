import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The phrases of CONTRIBUTING.md's "How we write" that came back most often, with what to write instead.
const PATTERNS: readonly [name: string, pattern: RegExp, better: string][] = [
  [
    "is no …",
    /(?:\b(?:it|that|which|text|name|value|file|body)|[`"}]) is no (?!longer|more|such|other|different|reason|need|way)\w/i,
    "is not a (valid) …",
  ],
  ["anew", /\banew\b/i, "again, re-…"],
  ["mend", /\bmend(?:s|ed|ing)?\b/i, "fix"],
  ["whoever", /\bwhoever\b/i, "anyone who, or name what does it"],
  ["hasten", /\bhasten/i, "speed up, accelerate"],
  ["without a word", /\bwithout a word\b/i, "without output"],
  [
    "a comment that starts with Of, Such as, So often",
    /^\s*(?:\/\/|\/?\*\*?)\s+(?:Of|Such as|So often)\b/,
    "For …, for example …",
  ],
];

const files = globSync([
  "*.md",
  "docs/**/*.md",
  "{toolkit,functions-app,local,rehearsal,shared}/src/**/*.{ts,py}",
  "{local,terraform}/*.{md,tf}",
  "scripts/**/*.{mjs,cjs,ts}",
  "bin/*.cjs",
  "test/**/*.ts",
]).filter((file) => !/^test\/(?:testdata|fixtures\/apps|project\/language)|^CHANGELOG/.test(file));

function findIn(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, index) =>
    PATTERNS.filter(([, pattern]) => pattern.test(line)).map(
      ([name, , better]) => `${file}:${index + 1}: "${name}": write ${better}`,
    ),
  );
}

test("sources and documents are free of awkward phrases", () => {
  expect(files.length).toBeGreaterThan(700);
  expect(files.flatMap(findIn)).toEqual([]);
});

test.each([
  ["`--port x` is no port.", "is no …"],
  ["// Of a step that never ran", "a comment that starts with Of, Such as, So often"],
  ["  /** Such as `3.12.4`. */", "a comment that starts with Of, Such as, So often"],
  ["Mend the cause", "mend"],
])("%s is found", (line, name) => {
  expect(PATTERNS.filter(([, pattern]) => pattern.test(line)).map(([found]) => found)).toEqual([name]);
});

test.each([["There is no such command."], ["it is no longer listed"], ["amendment"], ["// Offers one port"]])(
  "%s is accepted",
  (line) => {
    expect(PATTERNS.filter(([, pattern]) => pattern.test(line))).toEqual([]);
  },
);
