import { describe, expect, test } from "vitest";
import { batchOutcome, entityCall } from "../../../../local/src/engine/entities/entity-batch.ts";
import { entityStatusOf } from "../../../../local/src/engine/entities/entity-status.ts";
import { parseSchedulerState } from "../../../../local/src/engine/entities/scheduler-state.ts";
import { type EntityRequest, parseRequest } from "../../../../local/src/engine/messages/entity-messages.ts";
import { instanceStatus } from "../../../helpers/fake-task-hub-client.ts";

const STATE = parseSchedulerState(JSON.stringify({ exists: true, state: "5" }));
const BATCH = ["1", "2"].map((id) => parseRequest({ op: "add", id, input: "3" })) as EntityRequest[];

test("the function is called with its name in lower case, and the operations of the batch", () => {
  expect(entityCall({ name: "Counter", key: "A" }, STATE, BATCH)).toEqual({
    name: "counter",
    instanceId: "@counter@A",
    trigger: {
      self: { name: "counter", key: "A" },
      exists: true,
      state: "5",
      batch: Array(2).fill({ name: "add", input: "3", isSignal: false }),
    },
  });
});

describe("the outcome of a batch", () => {
  const outcomeOf = (value: unknown) => batchOutcome({ kind: "returned", value }, STATE, BATCH);

  test("has the state, the results and the signals of the function", () => {
    const outcome = outcomeOf({
      entityExists: true,
      entityState: "11",
      results: [{ result: "8" }, { result: "no luck", isError: true }],
      signals: [
        { target: { name: "counter", key: "b" }, name: "add", input: "1" },
        { target: { name: "counter", key: "c" }, name: "add", input: "" },
        { target: { name: "counter", key: "d" }, input: 1 },
        { target: "nobody" },
        null,
      ],
    });
    expect(outcome).toEqual({
      exists: true,
      state: "11",
      results: [
        { result: "8", isError: false },
        { result: "no luck", isError: true },
      ],
      signals: [
        { target: { name: "counter", key: "b" }, operation: "add", input: "1" },
        { target: { name: "counter", key: "c" }, operation: "add", input: null },
        { target: { name: "counter", key: "d" }, operation: "", input: null },
      ],
    });
  });

  test("of a function that deletes its state, and answers less than it was asked", () => {
    expect(outcomeOf({ entityExists: "yes", entityState: 7, results: [{ result: 8 }], signals: "none" })).toEqual({
      exists: false,
      state: null,
      results: Array(2).fill({ result: null, isError: false }),
      signals: [],
    });
  });

  test.each([null, "text", {}, { results: "none" }, [{ results: [] }]])(
    "%j is a failure of all operations",
    (value) => {
      const outcome = outcomeOf(value);
      expect(outcome).toMatchObject({ exists: true, state: "5", signals: [] });
      expect(outcome.results).toEqual(
        Array(2).fill({ result: expect.stringContaining("did not return"), isError: true }),
      );
    },
  );

  test("of a function that throws is a failure of all operations, and leaves the state", () => {
    const outcome = batchOutcome({ kind: "threw", message: "no luck", stack: null }, STATE, BATCH);
    const results = Array(2).fill({ result: '"no luck"', isError: true });
    expect(outcome).toEqual({ exists: true, state: "5", results, signals: [] });
  });
});

describe("the status of an entity", () => {
  const statusOf = (fields: object) => entityStatusOf(instanceStatus({ instanceId: "@counter@a", ...fields }));

  test("follows from its stored state", () => {
    const queue = [{ op: "get", id: "1" }];
    const input = JSON.stringify({ exists: true, state: "5", queue, lockedBy: "abc" });
    expect(statusOf({ input })).toEqual({
      entityId: { name: "counter", key: "a" },
      exists: true,
      state: "5",
      lastOperationTime: "2024-10-23T16:00:00.1234567Z",
      lockedBy: "abc",
      queueLength: 1,
    });
  });

  test.each([
    ['{"exists":true}', true],
    ['{"state":"5"}', true],
    ["{}", false],
  ])("with the input %s exists: %s", (input, exists) => {
    expect(statusOf({ input })).toMatchObject({ exists });
  });

  test.each([
    ['{"entityExists":true}', true],
    ["{}", false],
    [null, false],
  ])("read without its input, with the custom status %s, exists: %s", (customStatus, exists) => {
    expect(statusOf({ input: null, customStatus })).toMatchObject({ exists, state: null, queueLength: 0 });
  });

  test("is null for an orchestration", () => {
    expect(entityStatusOf(instanceStatus({ instanceId: "abc" }))).toBeNull();
  });
});
