import { ExtData, encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import {
  fromDynamicValue,
  isSame,
  isUnknown,
  toDynamicValue,
  UNKNOWN,
} from "../../../rehearsal/src/provider/dynamic-value.ts";

test("values round-trip, including unknown ones", () => {
  const value = { name: "x", count: 3, tags: { a: "b" }, list: [null, true], later: UNKNOWN };
  expect(fromDynamicValue(toDynamicValue(value))).toEqual(value);
});

test("an unknown value with refinements is unknown", () => {
  const refined = encode({ id: new ExtData(12, new Uint8Array([0x81, 0x01, 0xc2])) });
  const { id } = fromDynamicValue({ msgpack: refined }) as { id: never };
  expect(isUnknown(id)).toBe(true);
});

test("the JSON of a state file can be read", () => {
  expect(fromDynamicValue({ json: Buffer.from('{"a":1}') })).toEqual({ a: 1 });
});

test("unknown values are equal to no value, and the order of keys does not matter", () => {
  expect([isSame(UNKNOWN, UNKNOWN), isSame({ a: 1, b: [2] }, { b: [2], a: 1 }), isSame(null, "")]).toEqual([
    false,
    true,
    false,
  ]);
});
