import { expect, test } from "vitest";
import { parseTableFilter } from "../../../../local/src/bindings/tables/table-filter.ts";
import { toOData } from "../../../../local/src/storage/azure/odata-filter.ts";

test.each([
  ["PartitionKey eq 'a''b'", "PartitionKey eq 'a''b'"],
  ["a gt 5 AND b le -1.5e3", "a gt 5 and b le -1500"],
  ["n lt 5000000000L", "n lt 5000000000L"],
  ["isActive", "isActive eq true"],
  ["isActive eq false", "isActive eq false"],
  ["not (a eq 1 or b ne 'x') and c ge 2", "not (a eq 1 or b ne 'x') and c ge 2"],
  ["a eq 1 or b eq 2 and c eq 3", "a eq 1 or (b eq 2 and c eq 3)"],
  ["When ge datetime'2026-01-02T03:04:05Z'", "When ge datetime'2026-01-02T03:04:05Z'"],
  ["Id eq guid'0F8FAD5B-D9CB-469F-A165-70867728950E'", "Id eq guid'0F8FAD5B-D9CB-469F-A165-70867728950E'"],
])("%s is parsed", (text, expected) => {
  const odata = toOData(parseTableFilter(text));
  expect(odata.replace(/\((not \(.*?\))\)/, "$1")).toBe(expected);
});

test.each([
  ["a eq", 'a value is expected after "eq"'],
  ["a eq b", '"b" is not a value'],
  ["(a eq 1", "a parenthesis is not closed"],
  ["a eq 1)", "it continues where it should end"],
  ["a eq 1 b eq 2", "it continues where it should end"],
  ["'x' eq a", "a column is expected"],
  ["a eq 'x", "cannot be read"],
  ["a eq X'00'", "binary data"],
  ["(".repeat(100), "nested too deep"],
])("%s is rejected: %s", (text, reason) => {
  expect(() => parseTableFilter(text)).toThrow(reason);
});
