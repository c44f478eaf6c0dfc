import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { opensAdmin, opensFunction, opensWebhook } from "../../../../local/src/host/keys/authorize.ts";
import { KeyStore } from "../../../../local/src/host/keys/key-store.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";

test("keys are kept in a file that only its owner can read", async () => {
  const stateDir = await makeTempDir();
  const keys = KeyStore.open(stateDir);
  const system = keys.systemKey("durabletask");
  expect(KeyStore.open(stateDir).systemKey("DurableTask")).toBe(system);
  expect(KeyStore.open(stateDir).master()).toBe(keys.master());
  expect((await stat(path.join(stateDir, "keys.json"))).mode & 0o777).toBe(0o600);
});

test("a damaged file is replaced by new keys", async () => {
  const stateDir = await makeTempDir();
  await writeFile(path.join(stateDir, "keys.json"), "{");
  expect(KeyStore.open(stateDir).master()).toMatch(/^[\w-]{54}==$/);
});

test("a key is set, replaced and deleted", () => {
  const keys = KeyStore.open(undefined);
  expect(keys.set("function:F", "mine", "v1")).toEqual({ isNew: true, value: "v1" });
  expect(keys.set("function:f", "mine", "v2")).toEqual({ isNew: false, value: "v2" });
  expect(keys.list("function:F").get("mine")).toBe("v2");
  expect(keys.delete("function:f", "mine")).toBe(true);
  expect(keys.delete("function:f", "mine")).toBe(false);
});

test.each(["__proto__", "constructor", "toString"])("a key may be named %s", async (name) => {
  const stateDir = await makeTempDir();
  const keys = KeyStore.open(stateDir);
  expect(keys.list("functionKeys").has(name)).toBe(false);
  expect(keys.set("functionKeys", name, "v1")).toEqual({ isNew: true, value: "v1" });
  expect(keys.set(`function:${name}`, name, "v2")).toEqual({ isNew: true, value: "v2" });
  expect(KeyStore.open(stateDir).list("functionKeys").get(name)).toBe("v1");
  expect(KeyStore.open(stateDir).list(`function:${name}`).get(name)).toBe("v2");
  expect(keys.delete("functionKeys", name)).toBe(true);
  expect(KeyStore.open(stateDir).list("functionKeys").has(name)).toBe(false);
});

test("each level opens with its own keys and the master key", () => {
  const keys = KeyStore.open(undefined);
  const host = keys.list("functionKeys").get("default");
  const own = keys.list("function:f").get("default");
  const system = keys.systemKey("x");
  const opens = (key: string | undefined, level: "anonymous" | "function" | "admin") =>
    opensFunction(keys, { key, level, functionName: "F" });

  expect([host, own, keys.master()].map((key) => opens(key, "function"))).toEqual([true, true, true]);
  expect([system, "x", undefined].map((key) => opens(key, "function"))).toEqual([false, false, false]);
  expect([host, own, keys.master()].map((key) => opens(key, "admin"))).toEqual([false, false, true]);
  expect(opens(undefined, "anonymous")).toBe(true);
  expect([system, host, keys.master()].map((key) => opensWebhook(keys, key, "x"))).toEqual([true, false, true]);
  expect([host, keys.master()].map((key) => opensAdmin(keys, key))).toEqual([false, true]);
});
