import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { reportError } from "../../../toolkit/src/cli/report-error.ts";
import { createTestConsole } from "../../helpers/console.ts";

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: no, mkdir '/x'`), { code, syscall: "mkdir" });
}

test.each(["EACCES", "EROFS", "ENOSPC", "ENOTDIR", "EEXIST", "ELOOP"])(
  "%s is reported as an error of the system, with a remedy",
  (code) => {
    const console = createTestConsole();
    expect(reportError(systemError(code), console)).toBe(1);
    expect(console.stderr()).toMatch(new RegExp(`^ERR_SYSTEM The system refused: ${code}: no, mkdir '/x'\\.\\n[A-Z]`));
  },
);

test("a missing file that we expect to exist is reported as our bug", () => {
  const console = createTestConsole();
  let error: unknown;
  try {
    mkdirSync("/no/such/folder/here");
  } catch (caught) {
    error = caught;
  }
  expect(reportError(error, console)).toBe(70);
  expect(console.stderr()).toMatch(/^ERR_INVARIANT same-kit has a bug/);
});
