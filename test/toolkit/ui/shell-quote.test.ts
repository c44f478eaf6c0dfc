import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellQuote } from "../../../toolkit/src/ui/shell-quote.ts";

test.each(["plain", "/a/b-c.d", "--env=prod", "", "two words", "it's", '$(touch x) `id` "y"', "a\nb", "*", "~", "ä"])(
  "a shell parses %j unchanged",
  (word) => {
    const read = execFileSync("sh", ["-c", `printf %s ${shellQuote(word, "linux")}`], { encoding: "utf8" });
    expect(read).toBe(word);
  },
);

test.each(["plain", "/a/b-c.d", "--env=prod"])("%s needs no quotes", (word) => {
  expect(shellQuote(word)).toBe(word);
});

test("Windows uses double quotes, and keeps a backslash without quotes", () => {
  expect(shellQuote("C:\\a b", "win32")).toBe('"C:\\a b"');
  expect(shellQuote("C:\\a", "win32")).toBe("C:\\a");
});
