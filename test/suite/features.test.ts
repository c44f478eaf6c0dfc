import { describe, expect, test } from "vitest";
import { useStack } from "../helpers/stack.ts";
import { listTestdata, readTestdata } from "../helpers/testdata.ts";

// Every notebook of the test data, compiled and run through HTTP on the booted stack.
const stack = useStack();

const offline = [...listTestdata("features"), ...listTestdata("tags"), ...listTestdata("magics")].filter(
  ({ expected }) => expected.needs === undefined && expected.error === undefined,
);
const completing = offline.filter(({ expected }) => expected.failure === undefined);

describe("a notebook produces the expected results", () => {
  test.each(completing)("$name", async ({ dir, expected }) => {
    const { steps, variables, session_context } = await stack.complete(dir);
    expect(steps.map(({ name }) => name)).toEqual(expected.steps);
    for (const [name, value] of Object.entries(expected.variables ?? {})) {
      expect(variables).toContainEqual(expect.objectContaining({ name, ...value }));
    }
    for (const [name, stdout] of Object.entries(expected.stdout ?? {})) {
      expect(steps).toContainEqual(expect.objectContaining({ name, output: { stdout, stderr: "" } }));
    }
    expect(variables.filter(({ exploded }) => exploded !== undefined).map(({ name }) => name)).toEqual(
      expected.exploded ?? [],
    );
    expect(session_context).not.toBe("");
  });
});

test("a failing step fails the run with its traceback, and no later step runs", async () => {
  const { dir, expected } = readTestdata("features", "failing_step");
  const { runtimeStatus, output, completedCount } = await stack.run(dir);
  expect({ runtimeStatus, completedCount }).toEqual({ runtimeStatus: "Failed", completedCount: 1 });
  expect(output).toContain(`Step "${expected.failure?.step}" failed: ${expected.failure?.error}: division by zero`);
  expect(output).toContain("return value / 0");
  expect(stack.entries.filter(({ source, message }) => source === "user" && message === "about to fail")).toHaveLength(
    1,
  );
});

test("concurrent runs do not affect each other", async () => {
  const names = ["singlestep", "multistep", "function_references", "imported_functions"];
  const results = await Promise.all(names.map((name) => stack.complete(readTestdata("features", name).dir)));
  for (const [index, name] of names.entries()) {
    const { expected } = readTestdata("features", name);
    expect(results[index]?.steps.map((step) => step.name)).toEqual(expected.steps);
    expect(results[index]?.variables).toContainEqual(
      expect.objectContaining({ name: "x", ...expected.variables?.["x"] }),
    );
  }
});
