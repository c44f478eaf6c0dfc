import type { RequestedStep } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { planContinuation } from "../../../../toolkit/src/usecases/run/plan-continuation.ts";

const step = (name: string, changes: Partial<RequestedStep> = {}): RequestedStep => ({
  name,
  code: `code of ${name}`,
  sources: { "same.yaml": "s" },
  cells: [{ number: 1, lines: 1 }],
  ...changes,
});

const NAMES = ["same_step_000", "same_step_001", "same_step_002"] as const;
const [A, B, C] = NAMES;
const BEFORE = { steps: NAMES.map((name) => step(name)) };
const ended = (completed: readonly string[]) => ({ id: "run-1", request: BEFORE, completed });
const now = (changes: Partial<Record<string, Partial<RequestedStep>>> = {}) => ({
  request: { steps: NAMES.map((name) => step(name, changes[name])) },
  from: null,
  only: null,
});

test("a run continues from the first step that had not completed", () => {
  const { keeps, request, steps } = planContinuation(ended([A]), now());
  expect([keeps, request.steps.length]).toEqual([1, 3]);
  expect(steps).toEqual([
    { name: A, fate: "kept", why: "it completed and has not changed" },
    { name: B, fate: "runs", why: "it had not completed" },
    { name: C, fate: "runs", why: "it had not completed" },
  ]);
});

test.each<[string, Partial<RequestedStep>, string]>([
  ["code", { code: "new" }, "its code has changed"],
  ["requirements", { sources: { "same.yaml": "s", "requirements.txt": "r" } }, "its requirements have changed"],
  ["same.yaml", { sources: { "same.yaml": "t" } }, "same.yaml has changed"],
  ["cells", { cells: [{ number: 1, lines: 1, tags: ["raises-exception"] }] }, "its cells have changed"],
  ["results", { keepsResults: true }, "a later step now reads results of its cells"],
])("a step with changed %s runs, and so do all later steps", (_, change, why) => {
  const { keeps, steps } = planContinuation(ended(NAMES), now({ [B]: change }));
  expect(keeps).toBe(1);
  expect(steps.slice(1)).toEqual([
    { name: B, fate: "runs", why },
    { name: C, fate: "runs", why: "a step before it runs" },
  ]);
});

test("renumbered cells do not count as a change", () => {
  const moved = now({ [A]: { cells: [{ number: 2, lines: 1 }] }, [C]: { code: "new" } });
  expect(planContinuation(ended(NAMES), moved).keeps).toBe(2);
});

test("--from runs from the given step, and reports ignored changes of kept steps", () => {
  const plan = planContinuation(ended(NAMES), { ...now({ [A]: { code: "new" } }), from: "2" });
  expect([plan.keeps, plan.request.steps.length]).toEqual([2, 3]);
  expect(plan.warnings).toEqual([`${A} is kept as it ran in run-1, although its code has changed.`]);
  expect(plan.steps[2]).toEqual({ name: C, fate: "runs", why: "named by --from" });
});

test("--only sends the steps up to the one to run", () => {
  const plan = planContinuation(ended(NAMES), { ...now(), only: B });
  expect([plan.keeps, plan.request.steps.map(({ name }) => name)]).toEqual([1, [A, B]]);
  expect(plan.steps[2]).toEqual({ name: C, fate: "left out", why: "it is not the step that --only names" });
});

test("a step that depends on an unfinished step is rejected, with the step to use instead", () => {
  expect(() => planContinuation(ended([A]), { ...now(), from: C })).toThrow(
    `--from ${C} needs the results of ${B}, which did not complete in the run run-1.`,
  );
  expect(() => planContinuation(ended([A]), { ...now(), only: "9" })).toThrow(
    "--only 9 is not a step of the notebook.",
  );
});

test("for an unchanged notebook all steps of a completed run are kept", () => {
  const { keeps, steps } = planContinuation(ended(NAMES), now());
  expect([keeps, ...steps.map(({ fate }) => fate)]).toEqual([3, "kept", "kept", "kept"]);
});
