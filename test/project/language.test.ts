import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Pattern = readonly [name: string, pattern: RegExp, better: string];

// The phrases of CONTRIBUTING.md's "Style" that came up most often, with what to write instead.
const PATTERNS: readonly Pattern[] = [
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
  ["sign of life", /\bsigns? of life\b/i, "did not respond"],
  ["ended well", /\bended well\b/i, "succeeded"],
  ["surroundings", /\bsurroundings\b/i, "environment"],
  ["who alone", /\bwho alone\b/i, "only …"],
  [
    "a comment that starts with Of, Such as, So often",
    /^\s*(?:\/\/|\/?\*\*?)\s+(?:Of|Such as|So often)\b/,
    "For …, for example …",
  ],
];

const NOBODY: Pattern = [
  "nobody",
  /(?<!`)\b(?:nobody|somebody|anybody|everybody|whoever)\b/i,
  "no client, another user, anyone who …",
];
const IDIOMS: Pattern = [
  "of literary words",
  /\b(?:goes on|go on|in vain|in hand|for ever|under way|lets? go of|of one's own)\b/i,
  "continues, unsuccessfully, held, forever, in progress, releases, its own",
];

// A title is a fact: it names its subject, and says what happens in the words of an error or of the documentation.
const TITLE_PATTERNS: readonly Pattern[] = [
  ["should", /\bshould\b/i, "the fact, in the present tense"],
  ["are no …", /(?<!\bthere )\bare no (?!longer|more)\w/i, "are not (valid) …"],
  ["tells, is told, is said", /\b(?:tells?|told)\b|\b(?:is|are) said\b/i, "reports, is reported, is logged"],
  ["is there", /\b(?:is|are) (?:not |still |already )?there\b(?! (?:is|are)\b)/i, "exists, is available"],
  ["a text", /\ba text\b(?! (?:file|editor|message)\b)/i, "a string, a message"],
  ["what or who as the subject", /^(?:what|who|whom|those) /i, "the thing or the user that …"],
  NOBODY,
  IDIOMS,
];
const COMMENT_PATTERNS: readonly Pattern[] = [NOBODY, IDIOMS];

// The title of `test("…", () => …)` and of `test.each(rows)("…", () => …)`.
const TITLE_FORMS = [
  /\b(?:describe|test|it)\w*(?:\.\w+)*\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async\s*)?[({]/g,
  /\)\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async\s*)?\(/g,
];

const files = globSync([
  "*.md",
  "docs/**/*.md",
  "{toolkit,functions-app,local,rehearsal,shared,inspector}/src/**/*.{ts,tsx,py}",
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

const testFiles = files.filter((file) => file.startsWith("test/"));

function titlesIn(text: string): string[] {
  return TITLE_FORMS.flatMap((form) => [...text.matchAll(form)].map(([, , title = ""]) => title));
}

const namesOf = (patterns: readonly Pattern[], text: string) =>
  patterns.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);

test("sources and documents are free of awkward phrases", () => {
  expect(files.length).toBeGreaterThan(700);
  expect(files.flatMap(findIn)).toEqual([]);
});

test("titles of tests are free of awkward phrases", () => {
  const titles = testFiles.flatMap((file) => titlesIn(readFileSync(file, "utf8")).map((title) => ({ file, title })));
  expect(titles.length).toBeGreaterThan(2_500);
  const found = titles.flatMap(({ file, title }) =>
    TITLE_PATTERNS.filter(([, pattern]) => pattern.test(title)).map(
      ([name, , better]) => `${file}: ${title}: "${name}": write ${better}`,
    ),
  );
  expect(found).toEqual([]);
});

test("comments are free of awkward phrases", () => {
  const found = files
    .filter((file) => /\.(?:[cm]?[jt]s|tsx)$/.test(file))
    .flatMap((file) => {
      const comments = readFileSync(file, "utf8").match(/^\s*(?:\/\/|\/?\*).*$/gm) ?? [];
      return comments.flatMap((comment) =>
        namesOf(COMMENT_PATTERNS, comment).map((name) => `${file}: ${comment.trim()}: ${name}`),
      );
    });
  expect(found).toEqual([]);
});

test("titles are found in every form of a test", () => {
  const forms = [
    'test("a", () => {});',
    'describe.skipIf(true)("b", () => {});',
    'test.each([[1], [2]])(\n  "c %i",\n  async (n) => {});',
    "it(`d`, { timeout: 1 }, async () => {});",
    'expect("e").toBe("f");',
  ];
  expect(forms.map(titlesIn)).toEqual([["a"], ["b"], ["c %i"], ["d"], []]);
});

test.each([
  ["a run should end", "should"],
  ["a failure is told with its reason", "tells, is told, is said"],
  ["a hub that is not there", "is there"],
  ["what a function prints is logged", "what or who as the subject"],
  ["a queue that nobody reads", "nobody"],
  ["the next host goes on with the run", "of literary words"],
])("the title %j is found", (title, name) => {
  expect(namesOf(TITLE_PATTERNS, title)).toEqual([name]);
});

test.each([
  ["an output is omitted if there is none"],
  ["the error says what to do"],
  ["there are no functions in a text file"],
])("the title %j is accepted", (title) => {
  expect(namesOf(TITLE_PATTERNS, title)).toEqual([]);
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
