import { expect, test } from "vitest";
import type { ArmClient } from "../../../../toolkit/src/adapters/azure/arm.ts";
import { listHostKeys } from "../../../../toolkit/src/adapters/azure/function-app.ts";

const answering = (keys: object): ArmClient =>
  ({ post: async (path: string) => (path === "/app/host/default/listKeys" ? keys : {}) }) as unknown as ArmClient;

test("the keys of an app's host include those of extensions", async () => {
  const systemKeys = { durabletask_extension: "key" };
  expect(await listHostKeys(answering({ masterKey: "m", functionKeys: { default: "f" }, systemKeys }), "/app")).toEqual(
    {
      masterKey: "m",
      functionKeys: { default: "f" },
      systemKeys,
    },
  );
});

test("a host that has not run yet has no keys", async () => {
  expect(await listHostKeys(answering({}), "/app")).toEqual({ masterKey: "", functionKeys: {}, systemKeys: {} });
});
