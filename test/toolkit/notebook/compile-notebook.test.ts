import { DEFAULT_LIMITS, parseInitiateRequest } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { type CompileInput, compileNotebook } from "../../../toolkit/src/notebook/compile-notebook.ts";

const config = {
  apiVersion: "sameproject.io/v1alpha1",
  metadata: { name: "n", version: "1" },
  notebook: { name: "n", path: "n.ipynb" },
};

function compile(source: string, more: Partial<CompileInput> = {}) {
  const cells = [{ number: 1, kind: "code" as const, source, tags: [] }];
  return compileNotebook({
    notebook: { file: "n.ipynb", metadata: {}, cells },
    config,
    configText: "apiVersion: sameproject.io/v1alpha1\n",
    requirements: null,
    ...more,
  });
}

const decode = (text: string) => Buffer.from(text, "base64url").toString("utf8");

test("the request is accepted by the app", () => {
  const { request } = compile("x = 'ä?>~'", { requirements: "numpy\n" });
  expect(parseInitiateRequest(request, DEFAULT_LIMITS)).toBe(request);
  const [step] = request.steps;
  expect(decode(step?.code ?? "")).toBe("x = 'ä?>~'");
  expect(decode(step?.sources["same.yaml"] ?? "")).toBe("apiVersion: sameproject.io/v1alpha1\n");
  expect(decode(step?.sources["requirements.txt"] ?? "")).toBe("numpy\n");
});

test("without requirements the request contains none", () => {
  expect(Object.keys(compile("x = 1").request.steps[0]?.sources ?? {})).toEqual(["same.yaml"]);
});

test.each([
  ["code", () => compile(`x = "${"a".repeat(DEFAULT_LIMITS.codeBytes)}"`), "Step same_step_000 has"],
  [
    "requirements",
    () => compile("x = 1", { requirements: "#".repeat(DEFAULT_LIMITS.requirementsBytes + 1) }),
    "requirements.txt has",
  ],
  ["a request", () => compile("x = 1", { configText: "#".repeat(DEFAULT_LIMITS.bodyBytes) }), "in each of 1 steps"],
])("%s over the limit is rejected before it is sent", (_title, run, text) => {
  expect(run).toThrow(text);
});

test("the size of a request is that of its JSON", () => {
  // Just below the limit, then just above it.
  const { request } = compile("x = 1", { requirements: "numpy\n" });
  const overhead =
    JSON.stringify(request).length - Buffer.from("apiVersion: sameproject.io/v1alpha1\n").toString("base64url").length;
  const fits = Math.floor(((DEFAULT_LIMITS.bodyBytes - overhead) * 3) / 4);
  const withConfig = (bytes: number) => compile("x = 1", { requirements: "numpy\n", configText: "#".repeat(bytes) });
  expect(() => withConfig(fits - 4)).not.toThrow();
  expect(() => withConfig(fits + 4)).toThrow(/The request has \d+ bytes/);
});

test("a request too large for a string is rejected as too large", () => {
  const cells = Array.from({ length: 12 }, (_, index) => ({
    number: index + 1,
    kind: "code" as const,
    source: "x = 1",
    tags: [`same_step_${index}`],
  }));
  const notebook = { file: "n.ipynb", metadata: {}, cells };
  expect(() => compile("", { notebook, configText: "#".repeat(50_000_000) })).toThrow("in each of 12 steps");
});

test("with upstream's magics steps have no cells, and none of our calls", () => {
  const { request, warnings } = compile("!ls\nx = 1", { upstreamMagics: true });
  expect(Object.keys(request.steps[0] ?? {})).toEqual(["name", "code", "sources"]);
  expect(decode(request.steps[0]?.code ?? "")).toBe("\nx = 1");
  expect(warnings).toHaveLength(1);
});

test("a package installed by a cell becomes a requirement", () => {
  const { request } = compile("%pip install numpy");
  expect(decode(request.steps[0]?.sources["requirements.txt"] ?? "")).toMatch(/\nnumpy\n$/);
});

test.each([
  ["Out[1]", true],
  ["print(_)", true],
  ["x = _3 + 1", true],
  ["for _ in y: pass", false],
  ["a, _ = f()", false],
  ["_ = 5", false],
  ["x._ = x.Out", false],
])("whether %j reads earlier results is %s", (source, expected) => {
  const cells = ["1", source].map((text, index) => ({
    number: index + 1,
    kind: "code" as const,
    source: text,
    tags: [`same_step_${index}`],
  }));
  const { request } = compile("", { notebook: { file: "n.ipynb", metadata: {}, cells } });
  expect(request.steps[0]?.keepsResults ?? false).toBe(expected);
});
