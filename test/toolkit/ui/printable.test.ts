import { expect, test } from "vitest";
import { printable, printableInLine, printableJson } from "../../../toolkit/src/ui/printable.ts";

const ESC = "\u001b";

test.each([
  ["plain text, ümläute, 日本語, 🎉 and 👩‍🔬"],
  ["two\nlines\tand a tab"],
  [`${ESC}[1;31mred${ESC}[0m and plain`],
  [`${ESC}[38:2::255:0:0mred${ESC}[m`],
])("%j is printed unchanged", (text) => {
  expect(printable(text)).toBe(text);
});

test.each([
  ["clears the screen", `${ESC}[2J`, "\\x1b[2J"],
  ["sets the window's title", `${ESC}]0;owned\u0007`, "\\x1b]0;owned\\x07"],
  ["links to something else", `${ESC}]8;;http://evil.example${ESC}\\here`, "\\x1b]8;;http://evil.example\\x1b\\here"],
  ["asks the terminal to answer", `${ESC}[6n${ESC}P+q544e${ESC}\\`, "\\x1b[6n\\x1bP+q544e\\x1b\\"],
  ["changes what keys send", `${ESC}[>4;2m`, "\\x1b[>4;2m"],
  ["is a C1 introducer", "\u009b2J\u009d0;owned\u009c", "\\x9b2J\\x9d0;owned\\x9c"],
  ["overwrites the line", "good\rbad", "good\\rbad"],
  ["erases characters", "good\u0008\u0008\u007f", "good\\x08\\x08\\x7f"],
  ["is a newline to some programs", "a\u0085b\u2028c\u2029d\u000be\u000cf", "a\\x85b\\u2028c\\u2029d\\x0be\\x0cf"],
  ["changes the text direction", "a\u202eb\u2066c\u2069d\u200fe\u061cf", "a\\u202eb\\u2066c\\u2069d\\u200fe\\u061cf"],
  ["is a null character", "a\u0000b", "a\\x00b"],
])("text that %s is escaped", (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(printable(shown)).toBe(shown);
  expect(printableInLine(text)).toBe(shown);
});

test("a Windows newline is kept as a newline", () => {
  expect(printable("a\r\nb\r\n")).toBe("a\nb\n");
});

test.each([`${ESC}[31mred`, `${ESC}[8mhidden${ESC}[39m`, `${ESC}[38;2;0;0;0mblack`, `${ESC}[0;8mhidden`])(
  "a colour is reset at the end of the text: %j",
  (text) => {
    expect(printable(text)).toBe(`${text}${ESC}[0m`);
    expect(printable(printable(text))).toBe(`${text}${ESC}[0m`);
  },
);

test("a value within a line contains neither newlines nor colours", () => {
  expect(printableInLine(`a\nb\tc ${ESC}[31mred`)).toBe("a\\nb\\tc \\x1b[31mred");
});

test("a document can be parsed unchanged, and contains nothing that a terminal acts on", () => {
  const value = { text: `${ESC}[2J\u009b2J\u2028\u202e\u007f\r\n"\\`, "\u0085key": ["ä", 1, null] };
  const text = printableJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toMatch(/^[\n\u0020-\u007e\u00e4]*$/);
});
