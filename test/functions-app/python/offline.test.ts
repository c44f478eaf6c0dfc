import { expect, test } from "vitest";
import { readPipSettings } from "../../../functions-app/src/python/installer.ts";
import { missingOffline, offlineVariables, withoutIndexes } from "../../../functions-app/src/python/offline.ts";

test("the indexes that a requirements.txt names are left out, folders of this machine are not", () => {
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
  "the requirement %s is on another machine",
  (line) => {
    expect(() => withoutIndexes(Buffer.from(`numpy\n${line} # as released\n`))).toThrow(line);
  },
);

test("a file of this machine, and a comment with an address, are no other machine", () => {
  const text = "x @ file:///wheels/x.whl\nnumpy # see https://numpy.org";
  expect(withoutIndexes(Buffer.from(text)).toString()).toBe(text);
});

test("an installer gets no index, no proxy and only folders of this machine", () => {
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
])("what is missing is named after %s", (printed, named) => {
  const { code, message } = missingOffline(printed);
  expect([code, message]).toEqual(["ERR_PYTHON_OFFLINE", expect.stringContaining(`index: ${named}`)]);
  expect(message).toContain(printed);
});
