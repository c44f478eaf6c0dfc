import { expect, test } from "vitest";
import { TerminalText } from "../../../functions-app/src/outputs/terminal-text.ts";

function write(...pieces: string[]): TerminalText {
  const text = new TerminalText();
  for (const piece of pieces) text.append(piece);
  return text;
}

test.each([
  [["a\nb", "c\n"], "a\nbc\n"],
  [["  0%\r", " 50%\r", "100%\n"], "100%\n"],
  [["long line\rshort"], "shortline"],
  [["windows\r\nends\r\n"], "windows\nends\n"],
  [["ab\b\bx"], "xb"],
  [["one\ntwo\rTWO\nthree"], "one\nTWO\nthree"],
  [["10%\r", "20%"], "20%"],
])("%j is shown as %j", (pieces, shown) => {
  const text = write(...pieces);
  expect(text.toString()).toBe(shown);
  expect(text.length).toBe(shown.length);
});

test("trimming also shortens an unfinished line, and later text is added at the right position", () => {
  const text = write("first\n", "0123456789");
  text.trimStart(4);
  text.append("ab\bc");
  expect([text.toString(), text.length]).toEqual(["6789ac", 6]);
});

test("trimming the start keeps the last characters", () => {
  const text = write("first\n", "second\n", "third");
  text.trimStart(9);
  expect(text.toString()).toBe("nd\nthird".padStart(9, "o"));
});
