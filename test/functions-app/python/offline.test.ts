import { expect, test } from "vitest";
import { readPipSettings } from "../../../functions-app/src/python/installer.ts";
import { missingOffline, offlineVariables, withoutIndexes } from "../../../functions-app/src/python/offline.ts";

test("indexes in a requirements.txt are left out, but local folders are kept", () => {
  const lines = [
    "-i https://a/simple",
    "--extra-index-url=https://b/simple",
    "-f https://c/wheels",
    "-f /wheels",
    "numpy",
  ];
  expect(withoutIndexes(Buffer.from(lines.join("\n"))).toString()).toBe("-f /wheels\nnumpy");
});

test.each(["x @ https://host/x.whl", "git+https://host/x.git", "git+ssh://git@host/x.git"])(
  "the requirement %s refers to another machine",
  (line) => {
    expect(() => withoutIndexes(Buffer.from(`numpy\n${line} # as released\n`))).toThrow(line);
  },
);

test("a local file, and a comment with a URL, do not refer to another machine", () => {
  const text = "x @ file:///wheels/x.whl\nnumpy # see https://numpy.org";
  expect(withoutIndexes(Buffer.from(text)).toString()).toBe(text);
});

test("an installer gets no index, no proxy and only local folders", () => {
  const settings = readPipSettings(["global.find-links='/wheels https://a/wheels'", "global.index-url='https://a'"]);
  const env = { PIP_INDEX_URL: "https://a", UV_DEFAULT_INDEX: "https://a", https_proxy: "http://p", HOME: "/root" };
  const { HTTPS_PROXY, ...variables } = offlineVariables(env, settings);
  expect(variables).toMatchObject({
    HOME: "/root",
    PIP_FIND_LINKS: "/wheels",
    UV_FIND_LINKS: "/wheels",
    UV_OFFLINE: "1",
  });
  expect(Object.keys(variables).filter((name) => /INDEX|https_proxy/.test(name))).toEqual([]);
  expect(HTTPS_PROXY).toBe("http://127.0.0.1:1");
});

test.each([
  ["ERROR: No matching distribution found for same_kit_tiny==2.0", "same_kit_tiny==2.0."],
  ["Because numpy was not found in the cache and you require numpy, we can conclude", "numpy."],
  ["cause: Because six==1.2 needs to be downloaded from a registry and you require six==1.2, we", "six==1.2."],
  ["something else", "packages of requirements.txt."],
])("the missing package is derived from the message %s", (printed, named) => {
  const { code, message } = missingOffline(printed);
  expect([code, message]).toEqual(["ERR_PYTHON_OFFLINE", expect.stringContaining(`index: ${named}`)]);
  expect(message).toContain(printed);
});
