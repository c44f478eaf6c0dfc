import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { askYesNo } from "../../../toolkit/src/ui/ask.ts";

/** Types `keys` in response to the question. */
function ask(keys: string, stop = new AbortController()) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const interrupts: string[] = [];
  const onInterrupt = () => {
    interrupts.push("SIGINT");
    stop.abort(new Error("Interrupted by SIGINT."));
  };
  const answer = askYesNo("Make these changes?", { input, output, signal: stop.signal, onInterrupt });
  input.write(keys);
  return { answer, interrupts, shown: () => String(output.read()) };
}

test.each([
  ["y\r", true],
  ["YES\r", true],
  [" yes \r", true],
  ["n\r", false],
  ["\r", false],
  ["yesterday\r", false],
])("%j results in %s", async (keys, expected) => {
  await expect(ask(keys).answer).resolves.toBe(expected);
});

test("Ctrl-D means no", async () => {
  const { answer, interrupts } = ask("\x04");
  await expect(answer).resolves.toBe(false);
  expect(interrupts).toEqual([]);
});

test("Ctrl-C is an interrupt instead of an answer", async () => {
  const { answer, interrupts } = ask("\x03");
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  expect(interrupts).toEqual(["SIGINT"]);
});

test("however the question ends, the next output starts on a new line", async () => {
  const { answer, shown } = ask("\x04");
  await answer;
  expect(shown()).toMatch(/Make these changes\? \[y\/N\] .*\n$/s);
});
