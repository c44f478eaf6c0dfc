import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { newGuidN } from "../../../local/src/shared/ids.ts";
import type { BlobContainer } from "../../../local/src/storage/blob-container.ts";
import { deleteBlobsBelow, downloadGzip, uploadGzip } from "../../../local/src/storage/gzip-blobs.ts";
import { useAzurite } from "../../helpers/azurite.ts";

const storage = useAzurite();
const newContainer = () => storage().container(`c-${newGuidN()}`);

const namesIn = (container: BlobContainer) => Array.fromAsync(container.list(), ({ name }) => name);

test("the first blob creates its container, and text is returned unchanged", async () => {
  const container = newContainer();
  const text = '{"a":"世界 😀"}';
  await uploadGzip(container, "a/b c.json.gz", text);
  const raw = await container.download("a/b c.json.gz");
  expect(gunzipSync(raw).toString("utf8")).toBe(text);
  expect(await downloadGzip(container, "a/b c.json.gz")).toBe(text);
});

test("concurrent first uploads to a container all succeed", async () => {
  const container = newContainer();
  const names = ["1", "2", "3", "4"];
  await Promise.all(names.map((name) => uploadGzip(container, name, name)));
  expect(await namesIn(container)).toEqual(names);
});

test("a missing blob is an error with status 404", async () => {
  await expect(downloadGzip(newContainer(), "none")).rejects.toMatchObject({ statusCode: 404 });
});

test("removing a prefix keeps its neighbours, and a missing container counts as empty", async () => {
  const container = newContainer();
  await deleteBlobsBelow(container, "a/");
  for (const name of ["a/1", "a/2/3", "ab/1"]) await uploadGzip(container, name, "x");
  await deleteBlobsBelow(container, "a/");
  expect(await namesIn(container)).toEqual(["ab/1"]);
});
