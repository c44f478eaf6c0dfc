import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fastGlob from "fast-glob";
import { expect, test } from "vitest";
import { findCommand, parseInput } from "../../toolkit/src/cli/parse.ts";

const documents = fastGlob.sync(["*.md", "docs/*.md", "local/*.md", "terraform/*.md"]);

/** As GitHub names a heading: `What is made` is `#what-is-made`. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

test.each(documents)("the links of %s lead somewhere", (file) => {
  const links = readFileSync(file, "utf8").matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g);
  const broken = [...links].filter(([, target, anchor]) => {
    const found = target === "" ? file : path.join(path.dirname(file), target as string);
    return !existsSync(found) || (anchor !== undefined && !anchorsOf(found).includes(anchor));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

/** Calls of same-kit in the code blocks of a document, without comments and what a shell makes of the output. */
function callsIn(file: string): string[] {
  const blocks = readFileSync(file, "utf8").matchAll(/^```(?:sh|yaml)\n([\s\S]*?)^```/gm);
  const calls = [...blocks].flatMap(([, code = ""]) => [...code.matchAll(/(?:\bsame-kit|same-kit\.cjs) ([^\n#|>]*)/g)]);
  return calls.map(([, call = ""]) => call.trim());
}

test("every call of same-kit in the documents can be made", async () => {
  const calls = documents.flatMap((file) => callsIn(file).map((call) => ({ file, argv: call.split(/\s+/) })));
  expect(calls.length).toBeGreaterThan(10);
  for (const { file, argv } of calls) {
    const found = findCommand(argv);
    expect(found, `${file}: same-kit ${argv.join(" ")}`).toBeDefined();
    const command = await found?.entry.load();
    if (command !== undefined) expect(() => parseInput(command, found?.rest ?? [], {}), argv.join(" ")).not.toThrow();
  }
});

test("the README names every document", () => {
  const text = readFileSync("README.md", "utf8");
  const named = documents.filter((file) => !["README.md", "CHANGELOG.md"].includes(file));
  expect(named.filter((file) => !text.includes(`(${file})`))).toEqual([]);
});
