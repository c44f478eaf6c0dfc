import { expect, test } from "vitest";
import { fillUrl, parametersOf, parseUrlTemplate } from "../../../inspector/src/home/url-template.ts";

const BASE = "http://localhost:7071/api";
const fill = (route: string, values: Record<string, string>) => fillUrl(parseUrlTemplate(`${BASE}${route}`), values);

test("a parameter has a name, a constraint and a default, and is required unless specified otherwise", () => {
  const parameters = parametersOf(parseUrlTemplate(`${BASE}/{a:int}/{b:length(1,3)=xy}/{c?}/{*d}`));
  expect(parameters).toMatchObject([
    { name: "a", rule: "int", isRequired: true, isCatchAll: false, defaultValue: "" },
    { name: "b", rule: "length(1,3)", isRequired: false, defaultValue: "xy" },
    { name: "c", rule: "", isRequired: false },
    { name: "d", rule: "", isRequired: false, isCatchAll: true },
  ]);
});

test("braces in a regular expression do not end the parameter", () => {
  const [parameter] = parametersOf(parseUrlTemplate(`${BASE}/{code:regex(^\\d{{3}}$)}/rest`));
  expect(parameter).toMatchObject({ name: "code", rule: "regex(^\\d{3}$)" });
  expect(fill("/{code:regex(^\\d{{3}}$)}/rest", { code: "123" })).toBe(`${BASE}/123/rest`);
});

test.each([
  ["/plain", {}, "/plain"],
  ["/orders/{id:int}", { id: "7" }, "/orders/7"],
  ["/orders/{id}", { id: "a/b?c#d é" }, "/orders/a%2Fb%3Fc%23d%20%C3%A9"],
  ["/files/{*path}", { path: "a b/c?d" }, "/files/a%20b/c%3Fd"],
  ["/files/{**path}", {}, "/files"],
  ["/orders/{id?}", {}, "/orders"],
  ["/orders/{id=5}", {}, "/orders/5"],
  ["/{name}.{ext?}", { name: "report" }, "/report"],
  ["/{name}.{ext?}", { name: "report", ext: "pdf" }, "/report.pdf"],
  ["/odd{{x}}/{id}", { id: "1" }, "/odd{x}/1"],
])("%s with %j results in %s", (route, values, path) => {
  expect(fill(route, values)).toBe(`${BASE}${path}`);
});
