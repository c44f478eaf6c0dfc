import { expect, test } from "vitest";
import { toUrlSafeBase64 } from "../../../functions-app/src/contract/base64.ts";
import { DEFAULT_LIMITS } from "../../../functions-app/src/contract/limits.ts";
import { parseInitiateRequest } from "../../../functions-app/src/contract/parse-initiate-request.ts";

const limits = { ...DEFAULT_LIMITS, steps: 3, codeBytes: 20, requirementsBytes: 10 };
const yaml = toUrlSafeBase64("apiVersion: 1\n");
const step = (changes: Record<string, unknown> = {}) => ({
  name: "same_step_000",
  code: toUrlSafeBase64("x = 'ä?>'"),
  sources: { "same.yaml": yaml },
  ...changes,
});
const problemOf = (body: unknown) => {
  const answer = parseInitiateRequest(body, limits);
  return "problem" in answer ? answer.problem : undefined;
};

test("a body from upstream's client is accepted unchanged", () => {
  const body = {
    steps: [step(), step({ name: "same_step_001", sources: { "same.yaml": yaml, "requirements.txt": "" } })],
  };
  expect(parseInitiateRequest(body, limits)).toBe(body);
});

test("the cells of a step are accepted if they cover all of its code", () => {
  const code = toUrlSafeBase64("a = 1\nb\n");
  const cells = [
    { number: 2, lines: 1, tags: ["raises-exception"] },
    { number: 4, lines: 2 },
  ];
  const body = { steps: [step({ code, cells }), step({ name: "same_step_001", code: "", cells: [] })] };
  expect(parseInitiateRequest(body, limits)).toBe(body);
});

test("a step may request the cache", () => {
  const body = { steps: [step({ cache: {} }), step({ name: "b", cache: { maxAgeSeconds: 0.5, notebook: "demo" } })] };
  expect(parseInitiateRequest(body, limits)).toBe(body);
});

test.each<[string, unknown, string]>([
  ["cells that are not a list", { steps: [step({ cells: {} })] }, "steps[0].cells"],
  ["a cell without lines", { steps: [step({ cells: [{ number: 1, lines: 0 }] })] }, "steps[0].cells[0]"],
  ["a cell with an unknown key", { steps: [step({ cells: [{ number: 1, lines: 1, id: 1 }] })] }, "steps[0].cells[0]"],
  ["a cell of more lines than there are", { steps: [step({ cells: [{ number: 1, lines: 2 }] })] }, "steps[0].cells"],
  ["a string as body", "x", ""],
  ["a list as body", [], ""],
  ["no steps", {}, "steps"],
  ["steps that are not a list", { steps: {} }, "steps"],
  ["an empty list of steps", { steps: [] }, "steps"],
  ["an unknown key beside steps", { steps: [step()], extra: 1 }, "extra"],
  ["a step that is not an object", { steps: [null] }, "steps[0]"],
  ["an unknown key in a step", { steps: [step({ image: "x" })] }, "steps[0].image"],
  ["a cache request that is a string", { steps: [step({ cache: "P0D" })] }, "steps[0].cache"],
  [
    "a cache request for results from the future",
    { steps: [step({ cache: { maxAgeSeconds: -1 } })] },
    "steps[0].cache",
  ],
  ["a cache request with an unknown key", { steps: [step({ cache: { key: "a" } })] }, "steps[0].cache"],
  [
    "a cache request of an endless notebook",
    { steps: [step({ cache: { notebook: "n".repeat(201) } })] },
    "steps[0].cache",
  ],
  ["a step without a name", { steps: [step({ name: undefined })] }, "steps[0].name"],
  ["a name of blanks", { steps: [step({ name: "  " })] }, "steps[0].name"],
  ["a name with a line break", { steps: [step({ name: "a\nb" })] }, "steps[0].name"],
  ["a name with a line separator", { steps: [step({ name: "a\u2028b" })] }, "steps[0].name"],
  ["a name with an incomplete character", { steps: [step({ name: "a\ud800" })] }, "steps[0].name"],
  ["a duplicate name", { steps: [step(), step()] }, "steps[1].name"],
  ["a step without code", { steps: [step({ code: undefined })] }, "steps[0].code"],
  ["code in the other Base64 alphabet", { steps: [step({ code: "+/+/" })] }, "steps[0].code"],
  ["code without padding", { steps: [step({ code: "eA" })] }, "steps[0].code"],
  ["code with padding inside", { steps: [step({ code: "eA==eA==" })] }, "steps[0].code"],
  ["code that is not UTF-8", { steps: [step({ code: toUrlSafeBase64(Buffer.from([0xff, 0xfe])) })] }, "steps[0].code"],
  ["no sources", { steps: [step({ sources: undefined })] }, "steps[0].sources"],
  ["no same.yaml", { steps: [step({ sources: {} })] }, 'steps[0].sources["same.yaml"]'],
  [
    "a same.yaml that is not Base64",
    { steps: [step({ sources: { "same.yaml": 1 } })] },
    'steps[0].sources["same.yaml"]',
  ],
  [
    "another source",
    { steps: [step({ sources: { "same.yaml": yaml, "../a.py": yaml } })] },
    'steps[0].sources["../a.py"]',
  ],
  [
    "requirements that are not Base64",
    { steps: [step({ sources: { "same.yaml": yaml, "requirements.txt": "!" } })] },
    'steps[0].sources["requirements.txt"]',
  ],
])("%s is rejected with 400 and the name of the field", (_, body, field) => {
  expect(problemOf(body)).toMatchObject({ status: 400, field });
});

test.each<[string, unknown, string, number]>([
  ["too many steps", { steps: [1, 2, 3, 4].map((n) => step({ name: `s${n}` })) }, "steps", 3],
  ["too much code", { steps: [step({ code: toUrlSafeBase64("x".repeat(21)) })] }, "steps[0].code", 20],
  [
    "too many requirements",
    { steps: [step({ sources: { "same.yaml": yaml, "requirements.txt": toUrlSafeBase64("x".repeat(11)) } })] },
    'steps[0].sources["requirements.txt"]',
    10,
  ],
])("%s are rejected with 413, the field and the limit", (_, body, field, limit) => {
  expect(problemOf(body)).toMatchObject({ status: 413, field, limit });
});

test("all problems are listed, and the first one is at the top", () => {
  const problem = problemOf({ steps: [step({ code: "!" }), step({ name: "b", sources: {} })] });
  expect(problem?.errors?.map((it) => it.field)).toEqual(["steps[0].code", 'steps[1].sources["same.yaml"]']);
  expect(problem?.detail).toBe("steps[0].code must be URL-safe base64.");
});
