import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { toPython } from "../../../toolkit/src/notebook/parameters.ts";

const TEXTS = ['"', "\\", "'", "\n\r\t\0\u0007\u001b", "é€😀", "\u2028\u2029", "{x}", "%s", "\ud800"];

test("literals have the same value in Python", () => {
  const code = `import json; print(json.dumps([${TEXTS.map(toPython).join(", ")}]))`;
  const printed = execFileSync("python3", ["-"], { input: code, encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual(TEXTS);
});
