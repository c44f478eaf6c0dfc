import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findCommand, parseInput } from "../../toolkit/src/cli/parse.ts";

const documents = globSync(["*.md", "docs/*.md", "examples/*/*.md", "local/*.md", "terraform/*.md"]);

/** The anchor that GitHub gives a heading: `Set up` becomes `#set-up`. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

test.each(documents)("all links in %s resolve", (file) => {
  const links = readFileSync(file, "utf8").matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g);
  const broken = [...links].filter(([, target, anchor]) => {
    const found = target === "" ? file : path.join(path.dirname(file), target as string);
    return !existsSync(found) || (anchor !== undefined && !anchorsOf(found).includes(anchor));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

/** Calls of same-kit in the code of a document, without comments, pipes and redirections. */
function callsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|yaml)\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);
  const spans = [...text.matchAll(/`((?:npx )?same-kit [^`]+)`/g)].map(([, code = ""]) => code);
  const codes = [...blocks, ...spans].map((code) => code.replace(/(^|\s)#.*$/gm, ""));
  const calls = codes.flatMap((code) => [...code.matchAll(/(?:\bsame-kit|same-kit\.cjs) ([^\n|>)]*)/g)]);
  return calls.map(([, call = ""]) => call.trim()).filter((call) => !call.startsWith("COMMAND"));
}

/** The parsed call; throws if `same-kit` would reject it. */
async function parseCall(argv: readonly string[]): Promise<unknown> {
  const found = findCommand(argv);
  if (found === null) throw new Error("There is no such command.");
  return parseInput(await found.entry.load(), found.rest, {});
}

test("calls are found in code blocks and in inline code", () => {
  const text =
    'Use `same-kit up --yes`:\n\n```sh\n# same-kit is nice\nnpx same-kit frobnicate --now # or not\neval "$(same-kit outputs)"\n```\n';
  expect(callsIn(text)).toEqual(["frobnicate --now", "outputs", "up --yes"]);
});

test.each([["frobnicate --now"], ["local"], ["local frobnicate"], ["up --frobnicate"]])(
  "the document check rejects `same-kit %s`",
  async (text) => {
    await expect(parseCall(text.split(" "))).rejects.toThrow();
  },
);

test("every call of same-kit in the documents is valid", async () => {
  const calls = documents.flatMap((file) =>
    callsIn(readFileSync(file, "utf8")).map((call) => ({ file, argv: call.split(/\s+/) })),
  );
  expect(calls.length).toBeGreaterThan(10);
  const refused = await Promise.all(
    calls.map(({ file, argv }) =>
      parseCall(argv).then(
        () => [],
        (error: Error) => [`${file}: same-kit ${argv.join(" ")}: ${error.message}`],
      ),
    ),
  );
  expect(refused.flat()).toEqual([]);
});

test("the README links to every document", () => {
  const text = readFileSync("README.md", "utf8");
  const named = documents.filter((file) => !["README.md", "CHANGELOG.md"].includes(file));
  expect(named.filter((file) => !text.includes(`(${file})`))).toEqual([]);
});
