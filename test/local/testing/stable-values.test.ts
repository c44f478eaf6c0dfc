import { expect, test } from "vitest";
import { StableValues } from "../../../local/src/testing/stable-values.ts";

const GUID = "0b6d3c6e-8a0e-4c8e-9f0e-2f6f0c1d2e3f";
const GUID_N = "4f838750fe3148829165314e3b6a91bb";

test("an ID is replaced by the same number wherever it occurs", () => {
  const stable = new StableValues([GUID_N], null);
  const value = { [GUID]: [`order ${GUID}`, GUID_N.toUpperCase()], child: `${GUID_N}:4`, plain: "order-7" };
  expect(stable.of(value)).toEqual({
    "<id 2>": ["order <id 2>", "<id 1>"],
    child: "<id 1>:4",
    plain: "order-7",
  });
});

test("a time is replaced by the time since the start, if there is one", () => {
  const startedAt = Date.parse("2026-03-01T00:00:00Z");
  const texts = ["2026-03-02T00:00:00.123Z", "at 2026-02-28T23:00:00Z sharp", "2026-03-01"];
  expect(texts.map((it) => new StableValues([], startedAt).of(it))).toEqual([
    "<start+1d>",
    "at <start-1h> sharp",
    "2026-03-01",
  ]);
  expect(new StableValues([], null).of(texts[0])).toBe("<time>");
});

test("a JSON string is parsed", () => {
  const stable = new StableValues([], null);
  expect([`{"id":"${GUID}"}`, "no JSON", null].map((it) => stable.ofText(it))).toEqual([
    { id: "<id 1>" },
    "no JSON",
    null,
  ]);
});
