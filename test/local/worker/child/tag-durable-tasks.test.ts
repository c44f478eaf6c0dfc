import { expect, test } from "vitest";
import { tagDurableError, tagDurableResult } from "../../../../local/src/worker/child/tag-durable-tasks.ts";

const call = () => ({ actionType: 0, functionName: "F" });
const any = (...compoundActions: object[]) => ({ actionType: 11, compoundActions });

test("only repeated tasks are tagged, each with its own number", () => {
  const [a, b, once] = [call(), call(), call()];
  const result = { schemaVersion: 2, actions: [[any(a, b), once, any(b), any(a, call())]] };
  tagDurableResult(result);
  expect(JSON.parse(JSON.stringify(result.actions))).toEqual([
    [
      any({ ...a, taskTag: 1 }, { ...b, taskTag: 0 }),
      call(),
      any({ ...b, taskTag: 0 }),
      any({ ...a, taskTag: 1 }, call()),
    ],
  ]);
});

test.each([undefined, null, "text", [1], { actions: "mine" }])(
  "the result %j of another function is left unchanged",
  (result) => {
    const before = structuredClone(result);
    tagDurableResult(result);
    expect(result).toEqual(before);
  },
);

test("the response inside an error message is tagged too", () => {
  const a = call();
  const actions = [any(a), any(a)];
  const context = { df: { taskOrchestratorExecutor: { actions } } };
  const error = new Error(`boom\n\n$OutOfProcData$:${JSON.stringify({ error: "boom", actions: [actions] })}`);
  tagDurableError(error, context);
  const tagged = any({ ...call(), taskTag: 0 });
  expect(error.message).toBe(
    `boom\n\n$OutOfProcData$:${JSON.stringify({ error: "boom", actions: [[tagged, tagged]] })}`,
  );
});

test("the error of another function is left unchanged", () => {
  const error = new Error("boom");
  tagDurableError(error, {});
  expect(error.message).toBe("boom");
});
