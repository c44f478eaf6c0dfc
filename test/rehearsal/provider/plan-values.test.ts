import { expect, test } from "vitest";
import { UNKNOWN } from "../../../rehearsal/src/provider/dynamic-value.ts";
import { findReplacements, planValues, resolveUnknowns } from "../../../rehearsal/src/provider/plan-values.ts";
import type { Block } from "../../../rehearsal/src/provider/schema.ts";

const BLOCK: Block = {
  attributes: {
    name: { type: "string", required: true },
    tier: { type: "string", optional: true },
    id: { type: "string", computed: true },
  },
  block_types: {
    rule: {
      nesting_mode: "list",
      block: {
        attributes: {
          action: { type: "string", optional: true },
          order: { type: "number", optional: true, computed: true },
        },
      },
    },
    timeouts: { nesting_mode: "single", block: { attributes: { create: { type: "string", optional: true } } } },
  },
};
const DEFAULTS = { tier: "basic", rule: { action: "Allow" } };

test("a create fills in defaults, and leaves computed values to the cloud", () => {
  const proposed = { name: "a", tier: null, id: null, rule: [{ action: null, order: null }], timeouts: null };
  expect(planValues(BLOCK, proposed, null, DEFAULTS)).toEqual({
    name: "a",
    tier: "basic",
    id: UNKNOWN,
    rule: [{ action: "Allow", order: UNKNOWN }],
    timeouts: null,
  });
});

test("an update keeps the values of the resource", () => {
  const prior = { name: "a", tier: "basic", id: "1", rule: [{ action: "Deny", order: 7 }], timeouts: null };
  expect(planValues(BLOCK, prior, prior, DEFAULTS)).toEqual(prior);
});

test("only a change to an immutable attribute requires a replacement", () => {
  const prior = { name: "a", tier: "basic" };
  expect(findReplacements(prior, { name: "b", tier: "better" }, ["name"])).toEqual(["name"]);
  expect(findReplacements(prior, { name: "a", tier: "better" }, ["name"])).toEqual([]);
});

test("values still unknown after an apply become null, and a missing list of blocks becomes empty", () => {
  const planned = { name: "a", tier: UNKNOWN, id: UNKNOWN, rule: null, timeouts: null };
  expect(resolveUnknowns(BLOCK, planned, { id: "7" })).toEqual({
    name: "a",
    tier: null,
    id: "7",
    rule: [],
    timeouts: null,
  });
});

test("a value that was not planned comes from the cloud, except for an empty list", () => {
  const block: Block = {
    attributes: { note: { type: "string", optional: true }, headers: { type: ["list", "string"], optional: true } },
  };
  const planned = { note: null, headers: null };
  expect(resolveUnknowns(block, planned, { note: "", headers: [] })).toEqual({ note: "", headers: null });
  expect(resolveUnknowns(block, planned, { note: "x", headers: ["y"] })).toEqual({ note: "x", headers: ["y"] });
});

test("an empty value in the state is not a change if nothing is configured: azurerm writes it for null", () => {
  const bare: Block = {
    attributes: { note: { type: "string", optional: true }, size: { type: "number", optional: true } },
  };
  const prior = { note: "", size: 3 };
  expect(planValues(bare, { note: null, size: null }, prior, {})).toEqual({ note: "", size: null });
});
