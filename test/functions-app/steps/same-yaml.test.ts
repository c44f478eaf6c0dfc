import { expect, test } from "vitest";
import { readSameYaml } from "../../../functions-app/src/steps/same-yaml.ts";

test("a same.yaml without data sets and limit has the defaults", async () => {
  expect(await readSameYaml("apiVersion: x\n")).toEqual({ variableBytes: 50_000_000, json: undefined });
});

test("the memory limit and the data sets are read", async () => {
  const text =
    'datasets: {a: {environments: {default: "http://x/a.csv"}}}\nruntime_options: {serialisation_memory_limit: 10}';
  const { variableBytes, json } = await readSameYaml(text);
  expect(variableBytes).toBe(10);
  expect(JSON.parse(json ?? "")).toMatchObject({ datasets: { a: { environments: { default: "http://x/a.csv" } } } });
});

test("one that is no YAML is a warning", async () => {
  const { warning, variableBytes } = await readSameYaml("datasets: [");
  expect(warning).toMatch(/^same\.yaml could not be read/);
  expect(variableBytes).toBe(50_000_000);
});
