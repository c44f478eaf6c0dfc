import { expect, test } from "vitest";
import { managementKeyIn } from "../../../toolkit/src/commands/deployed-app.ts";

test("the key of an app is returned, or its absence reported", () => {
  expect(managementKeyIn({ durabletask_extension: "k" }, "app")).toBe("k");
  expect(() => managementKeyIn({}, "app")).toThrow("app has no key durabletask_extension yet.");
});
