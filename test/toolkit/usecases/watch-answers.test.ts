import { expect, test } from "vitest";
import { watchAnswers } from "../../../toolkit/src/usecases/watch-answers.ts";

function watch(answers: readonly (string | Error)[]) {
  const stopping = new AbortController();
  const shown: string[] = [];
  let asked = 0;
  const ask = async () => {
    const answer = answers[asked++];
    if (answer instanceof Error) throw answer;
    return answer ?? "";
  };
  const sleep = async () => {
    if (asked < answers.length) return;
    stopping.abort();
    throw new Error("interrupted");
  };
  return {
    shown,
    ended: watchAnswers(ask, (text) => shown.push(text), { signal: stopping.signal, waiting: { sleep } }),
  };
}

test("an answer is shown again when it has changed, until interrupted", async () => {
  const { shown, ended } = watch(["one", "one", "two", "one"]);
  await ended;
  expect(shown).toEqual(["one", "\ntwo", "\none"]);
});

test("an error ends the watch", async () => {
  const { shown, ended } = watch(["one", new Error("gone"), "two"]);
  await expect(ended).rejects.toThrow("gone");
  expect(shown).toEqual(["one"]);
});
