import { expect, test } from "vitest";
import { StopStack } from "../../../local/src/emulator/stop-stack.ts";

test("stops run in reverse order, and the first error is thrown at the end", async () => {
  const stack = new StopStack();
  const stopped: string[] = [];
  for (const name of ["first", "second", "third"]) {
    stack.add(async () => {
      stopped.push(name);
      if (name !== "first") throw new Error(name);
    });
  }
  await expect(stack.stop()).rejects.toThrow("third");
  expect(stopped).toEqual(["third", "second", "first"]);
});

test("work left by a stop ends while the next stops run, and before the stack has stopped", async () => {
  const stack = new StopStack();
  const ending = Promise.withResolvers<void>();
  const events: string[] = [];
  stack.add(async () => {
    events.push("next");
    ending.resolve();
  });
  stack.add(async () => stack.finishWith(ending.promise.then(() => void events.push("ended"))));
  await stack.stop();
  expect(events).toEqual(["next", "ended"]);
});

test("an error of work left by a stop is thrown", async () => {
  const stack = new StopStack();
  stack.add(async () => stack.finishWith(Promise.reject(new Error("lost"))));
  await expect(stack.stop()).rejects.toThrow("lost");
});
