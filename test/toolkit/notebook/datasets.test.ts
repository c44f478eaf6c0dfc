import { expect, test } from "vitest";
import { parse } from "yaml";
import { inlineDatasets, listLocalDatasets } from "../../../toolkit/src/notebook/datasets.ts";
import { parseSameConfig } from "../../../toolkit/src/notebook/same-config.ts";

const TEXT = `# mine
apiVersion: v1
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

test("only files of the chosen environment are local", () => {
  expect(listLocalDatasets(config, "default")).toEqual([{ name: "iris", environment: "default", path: "./iris.csv" }]);
  expect(listLocalDatasets(config, "prod")).toEqual([]);
});

test("an environment that a data set does not have falls back to default", () => {
  expect(listLocalDatasets(config, "staging")).toEqual([{ name: "iris", environment: "default", path: "./iris.csv" }]);
});

test("a local file becomes a data URL that keeps its name; everything else stays as written", () => {
  const contents = listLocalDatasets(config, "default").map((dataset) => ({ dataset, content: Buffer.from("a,b\n") }));
  const text = inlineDatasets(TEXT, config, contents);
  expect(parse(text).datasets.iris.environments).toEqual({
    default: "data:text/csv;name=iris.csv;base64,YSxiCg==",
    prod: "https://example.org/iris.csv",
  });
  expect(text).toContain("# mine");
});

test("without local files the text is not touched", () => {
  expect(inlineDatasets(TEXT, config, [])).toBe(TEXT);
});

test("a notebook's own configuration is written as YAML", () => {
  expect(parse(inlineDatasets(null, config, []))).toEqual(config);
});
