import type { OrchestrationContext, Task } from "durable-functions";
import { expect, test } from "vitest";
import type { ExecutorInput, ExecutorResult } from "../../../functions-app/src/contract/executor-call.ts";
import type { CustomStatus, RunResult } from "../../../functions-app/src/contract/run-result.ts";
import { runPipeline } from "../../../functions-app/src/pipeline/run-pipeline.ts";
import { stepRecord } from "../../helpers/step-record.ts";

type Answer = (input: ExecutorInput) => ExecutorResult | Error;

const sources = { "same.yaml": "" };
const steps = (...names: string[]) => names.map((name) => ({ name, code: "", sources }));
const python = { version: "3.12.1", implementation: "CPython", dill: "0.4.1" };

/** Plays the role of Durable: answers every activity call immediately. */
function play(input: unknown, answer: Answer, statuses: CustomStatus[] = []) {
  const calls: ExecutorInput[] = [];
  const df = {
    instanceId: "run-1",
    getInput: () => input,
    setCustomStatus: (status: CustomStatus) => void statuses.push(structuredClone(status)),
    callActivity: (name: string, call: ExecutorInput) => {
      expect(name).toBe("executor");
      calls.push(call);
      return call as unknown as Task;
    },
  };
  const generator = runPipeline({ df } as unknown as OrchestrationContext);
  let next = generator.next();
  while (!next.done) {
    const result = answer(next.value as unknown as ExecutorInput);
    next = result instanceof Error ? generator.throw(result) : generator.next(result);
  }
  return { calls, statuses, result: next.value as RunResult };
}

const complete: Answer = ({ step, isLast, session }) => ({
  kind: "completed",
  record: stepRecord(step.name),
  python,
  ...(isLast
    ? { session_context: "gAQ=", variables: [{ name: "y", type: "str", repr: "'1'" }] }
    : { session: { container: "c", name: `after-${step.name}`, sizeBytes: 1, sha256: session?.blob.name ?? "none" } }),
});

const manifest = (name: string) => ({ container: "c", name, sizeBytes: 1, sha256: "0" });

test("each step receives the files of the previous one, and the first step those of the client", () => {
  const answer: Answer = (input) => {
    const result = complete(input) as Extract<ExecutorResult, { kind: "completed" }>;
    if (input.step.name === "b") return result; // The step deleted all of them.
    return { ...result, record: { ...result.record, files: manifest(`after-${input.step.name}`) } };
  };
  const { calls } = play({ steps: steps("a", "b", "c"), files: manifest("sent") }, answer);
  expect(calls.map(({ files }) => files?.name)).toEqual(["sent", "after-a", undefined]);
});

const keptRecord = (name: string) => ({ name, keptFrom: "run-0", files: manifest(`kept-${name}`) });
const session = { blob: manifest("kept-session"), python };

test("kept steps do not run, the next step starts with their session and files, and the output contains their records", () => {
  const kept = { records: [keptRecord("a"), keptRecord("b")], session, files: manifest("kept-b") };
  const statuses: CustomStatus[] = [];
  const { calls, result } = play({ steps: steps("a", "b", "c"), files: manifest("sent"), kept }, complete, statuses);
  expect(calls.map(({ step, session, files }) => [step.name, session?.blob.name, files?.name])).toEqual([
    ["c", "kept-session", "kept-b"],
  ]);
  expect(result.steps.map(({ name, keptFrom }) => [name, keptFrom])).toEqual([
    ["a", "run-0"],
    ["b", "run-0"],
    ["c", undefined],
  ]);
  expect(statuses[0]).toMatchObject({ step: { name: "c", index: 2, total: 3 }, completedCount: 2 });
});

test.each([
  ["of another step", { records: [keptRecord("b")] }, "kept.records must be those of the first steps, but not of all"],
  ["of all steps", { records: [keptRecord("a"), keptRecord("b")] }, "kept.records must be those of the first steps"],
  ["of none", { records: [] }, "kept.records must be those of the first steps"],
  ["without a blob", { records: [keptRecord("a")], session: {} }, "kept.session.blob must be an object"],
  ["with unknown keys", { records: [keptRecord("a")], more: 1 }, 'kept has the unknown key "more"'],
])("a run with invalid kept steps (%s) stops before its first step", (_, kept, message) => {
  expect(() => play({ steps: steps("a", "b"), kept }, complete)).toThrow(message);
});

test("a manifest that does not refer to a blob stops the run before its first step", () => {
  expect(() => play({ steps: steps("a"), files: "x" }, complete)).toThrow("files must be an object");
});

test("each step receives the session of the previous one, and the last session is the output", () => {
  const { calls, result } = play({ steps: steps("a", "b", "c"), same_env: "prod" }, complete);
  expect(calls.map(({ step, isLast, session }) => [step.name, isLast, session?.blob.name])).toEqual([
    ["a", false, undefined],
    ["b", false, "after-a"],
    ["c", true, "after-b"],
  ]);
  expect(calls[0]).toMatchObject({ instanceId: "run-1", sameEnv: "prod" });
  expect(result).toMatchObject({ session_context: "gAQ=", variables: [{ name: "y" }], python });
  expect(result.steps.map((it) => it.name)).toEqual(["a", "b", "c"]);
});

test("the status contains the running step and the completed ones", () => {
  const { statuses } = play({ steps: steps("a", "b") }, complete);
  const [a, b] = [
    { name: "a", durationMs: 5 },
    { name: "b", durationMs: 5 },
  ];
  expect(statuses).toEqual([
    { step: { name: "a", index: 0, total: 2 }, completed: [], completedCount: 0 },
    { step: { name: "b", index: 1, total: 2 }, completed: [a], completedCount: 1 },
    { step: { name: "b", index: 1, total: 2 }, completed: [a, b], completedCount: 2 },
  ]);
});

test("the status of a thousand steps stays below Durable's 16 KB", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `${"n".repeat(100)}${index}`);
  const { statuses } = play({ steps: steps(...names) }, complete);
  expect(Math.max(...statuses.map((it) => JSON.stringify(it).length))).toBeLessThan(8_000);
  expect(statuses.at(-1)).toMatchObject({ completedCount: 1000, step: { index: 999 } });
  expect(statuses.at(-1)?.completed.at(-1)?.name).toBe(names.at(-1));
});

test("a failing step ends the run with its name and traceback, and later steps do not run", () => {
  const failure = { type: "ValueError", message: "no", traceback: "Traceback …" };
  const run = () => play({ steps: steps("a", "b") }, () => ({ kind: "failed", failure }));
  expect(run).toThrow('Step "a" failed: ValueError: no\n\nTraceback …');
});

test("the status keeps the record of the failed step, with the end of its output, below Durable's 16 KB", () => {
  const output = { stdout: "\u0000".repeat(60_000), stderr: `${"é".repeat(60_000)}end` };
  const record = { name: "a", startedAt: "2026-01-01T00:00:00.000Z", durationMs: 5, output, warnings: [] };
  const failure = { type: "T".repeat(5_000), message: '"'.repeat(4_000), traceback: "" };
  const statuses: CustomStatus[] = [];
  const run = () => play({ steps: steps("a", "b") }, () => ({ kind: "failed", failure, record }), statuses);
  expect(run).toThrow('Step "a" failed');
  const status = statuses.at(-1);
  expect(JSON.stringify(status).length).toBeLessThan(8_000);
  expect(status?.failed).toMatchObject({ name: "a", durationMs: 5 });
  expect(status?.failed?.output.stderr).toMatch(/ééé+end$/);
  expect(status?.failed?.output.stdout).toMatch(/^\0+$/);
});

test("the error of a broken activity contains its step, without Durable's wrapping", () => {
  const text = `Activity function 'executor' failed:  no storage \n {"$type":"System.Exception"}`;
  expect(() => play({ steps: steps("a") }, () => new Error(text))).toThrow(/^Step "a" failed: Error: no storage$/);
});

test.each([
  [undefined, "the input"],
  [{ steps: [] }, "steps"],
  [{ steps: steps("a"), other: 1 }, "other"],
  [{ steps: steps("a"), same_env: "../x" }, "same_env"],
  [{ steps: [{ name: "a", code: 1, sources }] }, "steps[0].code"],
  [{ steps: [{ name: "a", code: "", sources: {} }] }, "same.yaml"],
  [{ steps: [{ name: "a", code: "", sources: { ...sources, "evil.py": "" } }] }, "evil.py"],
  [{ steps: [{ name: "a", code: { container: "c" }, sources }] }, "steps[0].code"],
])("an input that the initiator did not check is rejected: %j", (input, field) => {
  expect(() => play(input, complete)).toThrow(field);
});
