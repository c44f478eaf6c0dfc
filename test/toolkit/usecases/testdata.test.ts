import path from "node:path";
import { DEFAULT_LIMITS, parseInitiateRequest } from "@same-kit/functions-app/contract";
import { describe, expect, test } from "vitest";
import { compileSource } from "../../../toolkit/src/usecases/compile-source.ts";
import { listTestdata } from "../../helpers/testdata.ts";

// Upstream's own cases for lines that its compiler leaves out.
const compile = (location: string) =>
  compileSource({ location, sameEnv: null, upstreamMagics: path.basename(path.dirname(location)) === "magics" });

describe.each(["features", "tags", "magics"])("test data: %s", (group) => {
  test.each(listTestdata(group).filter(({ expected }) => expected.error === undefined))(
    "$name compiles to its steps",
    async ({ dir, expected }) => {
      const { request } = await compile(dir);
      expect(request.steps.map(({ name }) => name)).toEqual(expected.steps);
      expect(parseInitiateRequest(request, DEFAULT_LIMITS)).toBe(request);
    },
  );
});

test.each(listTestdata("magics"))(
  "magics: exactly the expected lines are left out of $name",
  async ({ dir, expected }) => {
    const { warnings } = await compile(dir);
    const removed = warnings
      .flatMap((text) => text.split("\n").slice(1))
      .map((line) => line.replace(/^ {2}line \d+: /, ""));
    expect(removed).toEqual(expected.removed);
  },
);

const refused = [...listTestdata("tags"), ...listTestdata("malformed")].filter(
  ({ expected }) => expected.error !== undefined,
);

test.each(refused)("$name is refused with what is wrong", async ({ dir, expected }) => {
  const error = await compile(dir).then(
    () => null,
    (reason: Error & { code?: string }) => reason,
  );
  expect(error?.code).toBe(expected.error);
  for (const text of expected.mentions ?? []) expect(error?.message).toContain(text);
});
