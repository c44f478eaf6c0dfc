import { expect, test } from "vitest";
import { toUrlSafeBase64 } from "../../../functions-app/src/contract/base64.ts";
import { storeContents } from "../../../functions-app/src/functions/store-contents.ts";
import { MemoryBlobs } from "../../helpers/memory-blobs.ts";

const steps = (code: string, yaml: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `s${index}`,
    code: toUrlSafeBase64(code),
    sources: { "same.yaml": toUrlSafeBase64(yaml) },
  }));

test("a small body is passed on unchanged, without opening the storage", async () => {
  const small = steps("x = 1", "a: 1", 3);
  expect(await storeContents({ steps: small }, "run", () => expect.unreachable())).toBe(small);
});

test("the large contents of a large body become blobs, each stored once", async () => {
  const blobs = new MemoryBlobs();
  const yaml = `a: "${"y".repeat(50_000)}"`;
  const stored = await storeContents({ steps: steps("x = 1", yaml, 2) }, "run", () => blobs);
  const reference = stored[0]?.sources["same.yaml"];
  expect(reference).toMatchObject({ sizeBytes: yaml.length });
  expect(stored[1]?.sources["same.yaml"]).toEqual(reference);
  expect(stored[1]?.code).toBe(toUrlSafeBase64("x = 1"));
  expect([...blobs.contents.values()].map(String)).toEqual([yaml]);
});
