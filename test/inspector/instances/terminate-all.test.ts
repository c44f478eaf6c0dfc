import { expect, test } from "vitest";
import { RequestError } from "../../../inspector/src/client.ts";
import { terminateAll } from "../../../inspector/src/instances/terminate-all.ts";

const refuse = (status: number) => Promise.reject(new RequestError(status, { error: "no" }));

test("all instances are terminated, and those that have ended or no longer exist are counted", async () => {
  const asked: string[] = [];
  const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
  const outcome = await terminateAll(ids, async (id) => {
    asked.push(id);
    if (id === "id-3") return refuse(410);
    if (id === "id-4") return refuse(404);
  });
  expect(asked.sort()).toEqual(ids.sort());
  expect(outcome).toEqual({ terminated: 18, ended: 2 });
});

test("only a few requests are pending at once", async () => {
  let underWay = 0;
  let most = 0;
  await terminateAll(
    Array.from({ length: 20 }, (_, index) => String(index)),
    async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
    },
  );
  expect(most).toBe(3);
});

test("any other error is thrown", async () => {
  await expect(terminateAll(["a"], () => refuse(403))).rejects.toThrow("no");
});
