import { expect, test } from "vitest";
import { readSameYaml } from "../../../functions-app/src/steps/same-yaml.ts";

test("a same.yaml without data sets and limit keeps the app's limit", async () => {
  expect(await readSameYaml("apiVersion: x\n", 99)).toEqual({
    sameEnv: "default",
    variableBytes: 99,
    json: undefined,
  });
});

test("the memory limit and the data sets are read", async () => {
  const text =
    'datasets: {a: {environments: {default: "http://x/a.csv"}}}\nruntime_options: {serialisation_memory_limit: 10}';
  const { variableBytes, json } = await readSameYaml(text, 99);
  expect(variableBytes).toBe(10);
  expect(JSON.parse(json ?? "")).toMatchObject({ datasets: { a: { environments: { default: "http://x/a.csv" } } } });
});

test.each([
  ["runtime_options: {same_env: prod}", "prod"],
  ["runtime_options: {same_env: ../x}", "default"],
  ["runtime_options: {same_env: }", "default"],
])("%j selects the environment %s", async (text, sameEnv) => {
  expect(await readSameYaml(text, 99)).toMatchObject({ sameEnv });
});

test("a same.yaml that is not YAML leads to a warning", async () => {
  const { warning, variableBytes } = await readSameYaml("datasets: [", 99);
  expect(warning).toMatch(/^same\.yaml could not be read/);
  expect(variableBytes).toBe(99);
});
