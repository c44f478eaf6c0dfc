import { expect, test } from "vitest";
import { toPlainArguments } from "../../../toolkit/src/cli/func-arguments.ts";
import type { OptionSpec } from "../../../toolkit/src/commands/define-command.ts";

const OPTIONS: Record<string, OptionSpec> = {
  port: { type: "string", short: "p", help: "" },
  cors: { type: "string", help: "" },
  "cors-credentials": { type: "boolean", help: "" },
  functions: { type: "string", multiple: true, help: "" },
  "language-worker": { type: "string", help: "" },
  useHttps: { type: "boolean", help: "" },
};

test.each([
  ["--port 7072", ["--port=7072"]],
  ["-p 7072", ["--port=7072"]],
  ["--port=7072", ["--port=7072"]],
  ["--PORT:7072", ["--port=7072"]],
  ["--usehttps", ["--useHttps"]],
  ["--useHttps false --port 1", ["--no-useHttps", "--port=1"]],
  ["--cors-credentials:true", ["--cors-credentials"]],
  ["--functions a b --port 1", ["--functions=a", "--functions=b", "--port=1"]],
  ["--functions a --functions b", ["--functions=a", "--functions=b"]],
  ["--language-worker -- --inspect=9229", ["--language-worker=--inspect=9229"]],
  ["--language-worker --inspect=9229", ["--language-worker=--inspect=9229"]],
  [
    "--language-worker=--inspect=9239 --port 3978 --cors *",
    ["--language-worker=--inspect=9239", "--port=3978", "--cors=*"],
  ],
  ["--cors --port 1", ["--cors", "--port=1"]],
  ["--unknown word -x", ["--unknown", "word", "-x"]],
])("%s", (line, plain) => {
  expect(toPlainArguments(line.split(" "), OPTIONS)).toEqual(plain);
});
