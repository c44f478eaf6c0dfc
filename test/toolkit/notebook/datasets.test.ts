import { expect, test } from "vitest";
import { parse } from "yaml";
import { inlineDatasets, listLocalDatasets } from "../../../toolkit/src/notebook/datasets.ts";
import { parseSameConfig } from "../../../toolkit/src/notebook/same-config.ts";

const TEXT = `# mine
apiVersion: sameproject.io/v1alpha1
metadata: { name: n, version: "1" }
notebook: { name: n, path: n.ipynb }
datasets:
  iris:
    environments:
      default: ./iris.csv # small
      prod: https://example.org/iris.csv
  pinned:
    environments:
      default: ipfs://abc/pinned.json
`;
const config = parseSameConfig(parse(TEXT), "same.yaml");

test("only files of the selected environment are local", () => {
  expect(listLocalDatasets(config, "default")).toEqual([{ name: "iris", environment: "default", path: "./iris.csv" }]);
  expect(listLocalDatasets(config, "prod")).toEqual([]);
});

test("an environment missing from a data set falls back to default", () => {
  expect(listLocalDatasets(config, "staging")).toEqual([{ name: "iris", environment: "default", path: "./iris.csv" }]);
});

test("a local file becomes a data URL with its name, and everything else is left unchanged", () => {
  const contents = listLocalDatasets(config, "default").map((dataset) => ({ dataset, content: Buffer.from("a,b\n") }));
  const text = inlineDatasets(TEXT, config, contents);
  expect(parse(text).datasets.iris.environments).toEqual({
    default: "data:text/csv;name=iris.csv;base64,YSxiCg==",
    prod: "https://example.org/iris.csv",
  });
  expect(text).toContain("# mine");
});

test("without local files the text is left unchanged", () => {
  expect(inlineDatasets(TEXT, config, [])).toBe(TEXT);
});

test("a configuration in the notebook is written as YAML", () => {
  expect(parse(inlineDatasets(null, config, []))).toEqual(config);
});

test("a data set referenced by an alias is inlined in both places", () => {
  const text = `apiVersion: sameproject.io/v1alpha1
metadata: { name: n, version: "1.0" }
notebook: { name: n, path: n.ipynb }
datasets:
  one: &shared { environments: { default: one.csv } }
  two: *shared
`;
  const aliased = parseSameConfig(parse(text), "same.yaml");
  const contents = listLocalDatasets(aliased, "default").map((dataset) => ({ dataset, content: Buffer.from("a") }));
  const result = parse(inlineDatasets(text, aliased, contents));
  const inlined = { environments: { default: "data:text/csv;name=one.csv;base64,YQ==" } };
  expect(result).toMatchObject({ metadata: { version: "1.0" }, datasets: { one: inlined, two: inlined } });
});

test("a file: URL is a local file", () => {
  const withUrl = { ...config, datasets: { a: { environments: { default: "file:///tmp/a%20b.csv" } } } };
  expect(listLocalDatasets(withUrl, "default")).toMatchObject([{ path: "/tmp/a b.csv" }]);
  const elsewhere = { ...config, datasets: { a: { environments: { default: "file://server/a.csv" } } } };
  expect(() => listLocalDatasets(elsewhere, "default")).toThrow("file://server/a.csv is not the URL of a local file");
  expect(() => listLocalDatasets(elsewhere, "default", () => 7)).toThrow("a.csv (line 7 of same.yaml) is not the URL");
});

test("all data sets that are too large for a request are rejected together", () => {
  const dataset = { name: "iris", environment: "default", path: "./iris.csv" };
  const content = new Uint8Array(60_000_000);
  const contents = [dataset, { ...dataset, environment: "other" }].map((it) => ({ dataset: it, content }));
  expect(() => inlineDatasets(TEXT, config, contents)).toThrow("have 120000000 bytes");
});
