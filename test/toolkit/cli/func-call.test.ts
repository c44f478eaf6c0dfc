import { expect, test } from "vitest";
import { isVersionCall, toFuncExitCode, toOwnCall } from "../../../toolkit/src/cli/func-call.ts";

test.each([
  ["start --port 1", "start --port 1"],
  ["host start --port 1", "start --port 1"],
  ["Host Start", "start"],
  ["--script-root app start --verbose", "start --verbose --script-root app"],
  ["azure functionapp publish my-app --force", "publish my-app --force"],
  ["durable get-instances --top 5", "durable get-instances --top 5"],
  ["", "--help"],
  ["help", "--help"],
])("func %s runs `func %s`", (call, own) => {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  expect(toOwnCall(["func", ...words(call)])).toEqual(["func", ...words(own)]);
});

test.each([
  ["init my-app", "`func init`"],
  ["new --name x", "`func new`"],
  ["azure functionapp list-functions x", "`func azure functionapp list-functions`"],
  ["settings decrypt", "`func settings decrypt`"],
])("func %s is rejected by name", (call, named) => {
  expect(() => toOwnCall(["func", ...call.split(" ")])).toThrow(
    expect.objectContaining({ code: "ERR_FUNC_UNSUPPORTED", message: expect.stringContaining(named) }),
  );
});

test("a call that looks for Core Tools does not mistake same-kit for them", () => {
  const env = { SAME_KIT_WANTS_CORE_TOOLS: "1" };
  expect(isVersionCall(["func", "--version"], {})).toBe(true);
  expect(() => isVersionCall(["func", "--version"], env)).toThrow("not Azure Functions Core Tools");
});

test.each([
  [0, 0],
  [1, 1],
  [2, 3],
  [70, 70],
])("our exit code %i becomes func's %i", (own, code) => {
  expect(toFuncExitCode(own)).toBe(code);
});
