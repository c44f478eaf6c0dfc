import { expect, test } from "vitest";
import { hideConnectionString } from "../../../../toolkit/src/adapters/local/detached-call.ts";

const KEY = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0";

test("a connection string is passed as a variable, which other users cannot see", () => {
  const call = {
    args: ["local", "up", "--storage", KEY, "--port", "0"],
    env: { PATH: "/bin", SAME_KIT_STORAGE: "disk" },
  };
  expect(hideConnectionString(call)).toEqual({
    args: ["local", "up", "--port", "0"],
    env: { PATH: "/bin", SAME_KIT_STORAGE: KEY },
  });
});

test.each([[["local", "up"]], [["local", "up", "--storage", "memory"]]])("%j is left unchanged", (args) => {
  const call = { args, env: { PATH: "/bin" } };
  expect(hideConnectionString(call)).toEqual(call);
});
