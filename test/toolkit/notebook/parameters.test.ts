import { expect, test } from "vitest";
import {
  collectParameters,
  NO_PARAMETERS,
  type ParameterSources,
  type Parameters,
  parametersOfConfig,
  toJson,
  toPython,
  typedValue,
} from "../../../toolkit/src/notebook/parameters.ts";

const collect = (sources: Partial<ParameterSources>, ofConfig: Parameters = new Map()) =>
  collectParameters(ofConfig, { ...NO_PARAMETERS, ...sources });

const fromFile = (text: string) => collect({ files: [{ name: "p.yaml", text }] });

const pythonOf = (parameters: ReturnType<typeof collect>) =>
  Object.fromEntries([...parameters].map(([name, value]) => [name, toPython(value)]));

// As printed by papermill 2.6 with PyYAML 6.0.
test.each([
  ["1", "1"],
  ["1.0", "1.0"],
  ["1e3", '"1e3"'],
  ["1.0e+3", "1000.0"],
  ["1.5e3", '"1.5e3"'],
  ["0x1F", "31"],
  ["0b101", "5"],
  ["017", "15"],
  ["08", '"08"'],
  ["0o17", '"0o17"'],
  ["1_000", "1000"],
  ["1:30", "90"],
  ["-1:08", "-68"],
  ["1:30.5", "90.5"],
  ["-.inf", "float('-inf')"],
  [".nan", "float('nan')"],
  [".5", "0.5"],
  ["5.", "5.0"],
  [".e1", '".e1"'],
  ["-0", "0"],
  ["-0.0", "-0.0"],
  ["yes", "True"],
  ["No", "False"],
  ["on", "True"],
  ["y", '"y"'],
  ["~", "None"],
  ["", "None"],
  ["2026-01-01", '"2026-01-01"'],
  ["'1'", '"1"'],
  ["12345678901234567890", "12345678901234567890"],
  ["[1, 2.0, x]", '[1, 2.0, "x"]'],
  ["{a: 1, 2: b, yes: c}", '{"a": 1, "2": "b", "True": "c"}'],
  ["é", '"é"'],
])("in a file, %j is parsed as %s", (text, python) => {
  expect(pythonOf(fromFile(`v: ${text}\n`))).toEqual({ v: python });
});

test("a file can contain anchors, merges and the names y and n", () => {
  const text = "base: &base { a: 1, b: 2 }\ny: { <<: *base, b: 3 }\nn: 1\n";
  expect(pythonOf(fromFile(text))).toEqual({ base: '{"a": 1, "b": 2}', y: '{"a": 1, "b": 3}', n: "1" });
});

test.each([
  ["True", "True"],
  ["true", '"true"'],
  ["None", "None"],
  ["1", "1"],
  ["-7", "-7"],
  ["+7", "7"],
  ["0123", "123"],
  ["1_000", "1000"],
  ["_1", '"_1"'],
  ["1__0", '"1__0"'],
  [" 5 ", "5"],
  ["1.0", "1.0"],
  ["1.", "1.0"],
  [".5", "0.5"],
  [".", '"."'],
  ["1e3", "1000.0"],
  ["1_0.5e1_0", "105000000000.0"],
  ["1e400", "float('inf')"],
  ["-Infinity", "float('-inf')"],
  ["NaN", "float('nan')"],
  ["0x10", '"0x10"'],
  ["12345678901234567890", "12345678901234567890"],
  ["", '""'],
  ["text", '"text"'],
])("-p x %j is parsed as %s", (text, python) => {
  expect(toPython(typedValue(text))).toBe(python);
});

test("-r takes every value as a string", () => {
  expect(pythonOf(collect({ texts: [["x", "1"]] }))).toEqual({ x: '"1"' });
});

test("later sources take precedence: same.yaml, files in order, -p, -r", () => {
  const ofConfig = parametersOfConfig("run: { name: r, parameters: { a: 1, b: 1.0, c: 1, d: 1, e: 1e3 } }");
  const files = [
    { name: "1.yaml", text: "b: 2\nc: 2\nd: 2" },
    { name: "2.yaml", text: "c: 3" },
  ];
  const found = collect({ files, values: [["d", "4"]], texts: [["d", "5"]] }, ofConfig);
  expect(pythonOf(found)).toEqual({ a: "1", b: "2", c: "3", d: '"5"', e: "1000.0" });
});

test.each([["apiVersion: x"], ["run: { name: r }"], ["run: 1"], ["[]"], [""]])("%j has no run.parameters", (text) => {
  expect(parametersOfConfig(text).size).toBe(0);
});

test.each([
  ["a list", "- 1", "p.yaml is not a map of parameters"],
  ["broken YAML", "a: [", "p.yaml is not valid YAML"],
  ["a name with a dash", "a-b: 1", 'The parameter "a-b" is not a name that Python can assign to.'],
  ["a keyword", "class: 1", 'The parameter "class" is not a name'],
])("%s is rejected", (_title, text, message) => {
  expect(() => fromFile(text)).toThrow(expect.objectContaining({ code: "ERR_PARAMETERS", exitCode: 2 }));
  expect(() => fromFile(text)).toThrow(message);
});

test("an empty file has no parameters", () => {
  expect(fromFile("# nothing\n").size).toBe(0);
});

test("a record contains JSON values, and strings for values that JSON cannot represent", () => {
  const text = "i: 1\nf: 1.5\nbig: 12345678901234567890\nnan: .nan\nl: [yes, ~]\nm: {1: x}";
  expect(toJson(fromFile(text))).toEqual({
    i: 1,
    f: 1.5,
    big: "12345678901234567890",
    nan: "float('nan')",
    l: [true, null],
    m: { 1: "x" },
  });
});
