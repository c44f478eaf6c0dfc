import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { RunFile } from "../../../functions-app/src/contract/run-files.ts";
import { readManifest, withoutContents, writeManifest } from "../../../functions-app/src/steps/stored-manifest.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
const file = (path: string, content: string): RunFile => {
  return { kind: "file", path, sha256: hashOf(content), sizeBytes: content.length, modifiedMs: 0 };
};
const contents = (...texts: string[]) => new Map(texts.map((text) => [hashOf(text), Buffer.from(text)]));

test("files and contents are read back, without contents that belong to no file", () => {
  const files = [file("a", "A"), file("b", "B")];
  expect(readManifest(writeManifest({ files, inline: contents("A", "C") }))).toEqual({ files, inline: contents("A") });
});

test("a manifest without contents has the format of earlier versions", () => {
  const files = [file("a", "A")];
  const stored = Buffer.from(JSON.stringify({ formatVersion: 1, files }));
  expect(readManifest(stored)).toEqual({ files, inline: new Map() });
  expect(writeManifest({ files, inline: new Map() })).toEqual(stored);
  expect(withoutContents(stored)).toEqual(stored);
  expect(withoutContents(writeManifest({ files, inline: contents("A") }))).toEqual(stored);
});

test.each([
  ["a content that does not match its hash", { [hashOf("A")]: "Qg==" }, "has the SHA-256"],
  ["a content that is not a string", { [hashOf("A")]: 1 }, "has the SHA-256"],
  ["a content that belongs to no file", { [hashOf("B")]: "Qg==" }, "names no file"],
])("%s is wrong", (_, given, wrong) => {
  const stored = Buffer.from(JSON.stringify({ formatVersion: 1, files: [file("a", "A")], contents: given }));
  expect(readManifest(stored)).toEqual({ wrong: expect.stringContaining(wrong) });
});
