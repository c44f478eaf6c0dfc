import { expect, test } from "vitest";
import { decodeUtf8, fromUrlSafeBase64, toUrlSafeBase64 } from "../../../functions-app/src/contract/base64.ts";

test.each([[""], ["a"], ["ab"], ["abc"], ["ÿþý~~~???"]])("%j round-trips unchanged", (text) => {
  const encoded = toUrlSafeBase64(text);
  expect(encoded).not.toMatch(/[+/]/);
  expect(fromUrlSafeBase64(encoded)?.toString("utf8")).toBe(text);
});

test.each(["a", "YQ", "YQ=", "Y===", "====", "YQ==\n", "Y Q=", "+/+/"])("%j is not URL-safe Base64", (text) => {
  expect(fromUrlSafeBase64(text)).toBeUndefined();
});

test("a byte order mark is kept, and an incomplete character is rejected", () => {
  expect(decodeUtf8(Buffer.from("\ufeffx"))).toBe("\ufeffx");
  expect(decodeUtf8(Buffer.from("ä").subarray(0, 1))).toBeUndefined();
});
