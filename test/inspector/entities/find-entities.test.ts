import { expect, test } from "vitest";
import { entityInstanceId, hasEntityCall } from "../../../inspector/src/entities/entity-calls.ts";
import { findEntities, statePreview } from "../../../inspector/src/entities/find-entities.ts";
import type { EntitySummary, StreamEvent } from "../../../local/src/inspector/api.ts";

const entity = (name: string, key: string, json: unknown): EntitySummary => ({
  name,
  key,
  lastOperationAt: "2026-05-02T12:00:00Z",
  state: { json },
});
const ENTITIES = [entity("counter", "b", 7), entity("account", "Z", { owner: "Ann" }), entity("counter", "a", null)];
const found = (filter: string) => findEntities(ENTITIES, filter).map(({ name, key }) => `@${name}@${key}`);

test("entities are sorted by name and key", () => {
  expect(found("")).toEqual(["@account@Z", "@counter@a", "@counter@b"]);
});

test.each([
  ["COUNTER", ["@counter@a", "@counter@b"]],
  ["@counter@b", ["@counter@b"]],
  ["ann z", ["@account@Z"]],
  ["nothing", []],
])("the filter %j searches name, key and state", (filter, expected) => {
  expect(found(filter)).toEqual(expected);
});

test("the preview of a large state is its beginning", () => {
  expect(statePreview({ bytes: 9000, preview: '{"a":', path: "state" })).toBe('{"a": …');
});

test("only a call of an entity after the last seen event counts", () => {
  const ended = (instanceId: string | null): StreamEvent => {
    const common = { functionName: "f", invocationId: "i", ok: true, durationMs: 1, problem: null };
    return { kind: "function-ended", at: "2026-05-02T12:00:00Z", instanceId, ...common };
  };
  const [ofEntity, ofInstance, ofHost] = [ended("@counter@a"), ended("abc"), ended(null)];
  const any = { instanceId: null };
  expect(hasEntityCall([ofInstance, ofHost], { ...any, after: undefined })).toBe(false);
  expect(hasEntityCall([ofInstance, ofEntity, ofHost], { ...any, after: ofInstance })).toBe(true);
  expect(hasEntityCall([ofInstance, ofEntity, ofHost], { ...any, after: ofEntity })).toBe(false);
  const one = (name: string, key: string) => ({ instanceId: entityInstanceId(name, key), after: undefined });
  expect(hasEntityCall([ofEntity], one("Counter", "a"))).toBe(true);
  expect(hasEntityCall([ofEntity], one("Counter", "b"))).toBe(false);
});
