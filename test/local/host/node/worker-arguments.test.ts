import { expect, test } from "vitest";
import { opensDebugger, workerArguments } from "../../../../local/src/host/node/worker-arguments.ts";

test.each([
  [{ languageWorkers__node__arguments: "--inspect=9229" }, ["--inspect=9229"]],
  [{ "languageWorkers:node:arguments": "--inspect=9229" }, ["--inspect=9229"]],
  [{ LANGUAGEWORKERS__NODE__ARGUMENTS: " --a  --b=1 " }, ["--a", "--b=1"]],
  [
    { languageWorkers__node__arguments: `--require "/with space/x.js" --title='a "b"'` },
    ["--require", "/with space/x.js", '--title=a "b"'],
  ],
  [{ languageWorkers__node__arguments: "" }, []],
  [{ languageWorkers__python__arguments: "-X dev" }, []],
])("%o passes %j to Node", (env, expected) => {
  expect(workerArguments(env as Record<string, string>)).toEqual(expected);
});

test.each([
  ["--inspect", true],
  ["--inspect=9229", true],
  ["--inspect-brk=127.0.0.1:9229", true],
  ["--inspect-wait", true],
  ["--inspect-publish-uid=http", false],
  ["--max-old-space-size=512", false],
])("%s opens a debugger: %s", (argument, expected) => {
  expect(opensDebugger([argument])).toBe(expected);
});
