import { expect, test } from "vitest";
import { checkPackageSize } from "../../../toolkit/src/packaging/limits.ts";

const MB = 1_000_000;
const parts = { "python/packages/pandas": 400 * MB, "python/cpython": 150 * MB, "main.cjs": MB, "host.json": 1 };

test.each([
  ["flex", 600],
  ["consumption", 400],
  ["premium", 10_000],
] as const)("the %s plan accepts %i MB unpacked and not a byte more", (plan, limitMb) => {
  const size = { sizeBytes: MB, unpackedBytes: limitMb * MB, parts };
  expect(checkPackageSize(size, plan)).toEqual([]);
  expect(() => checkPackageSize({ ...size, unpackedBytes: size.unpackedBytes + 1 }, plan)).toThrow(
    expect.objectContaining({ code: "ERR_DEPLOY_PACKAGE_TOO_LARGE" }),
  );
});

test("the error lists the largest parts and the alternatives", () => {
  expect(() => checkPackageSize({ sizeBytes: MB, unpackedBytes: 700 * MB, parts }, "flex")).toThrow(
    "The package is 700 MB unpacked; the flex plan has room for 600 MB. Largest parts: python/packages/pandas 400 MB, python/cpython 150 MB, main.cjs 1 MB.",
  );
});

test("a large zip leads to a warning", () => {
  const [warning] = checkPackageSize({ sizeBytes: 151 * MB, unpackedBytes: 300 * MB, parts }, "flex");
  expect(warning).toMatch(/^The package is 151 MB: cold starts will be slow/);
});
