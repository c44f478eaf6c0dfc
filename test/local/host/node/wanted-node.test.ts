import { expect, test } from "vitest";
import { readWantedNode, toRange } from "../../../../local/src/host/node/wanted-node.ts";
import { makeTempDirWith } from "../../../helpers/temp-dir.ts";

test.each([
  ["v20.1.0\n", "20.1.0"],
  ["22", ">=22.0.0 <23.0.0-0"],
  ["lts/iron # old", ">=20.0.0 <21.0.0-0"],
  ["Krypton", ">=24.0.0 <25.0.0-0"],
  [">=18 <23", ">=18.0.0 <23.0.0-0"],
  ["lts/*", null],
  ["node", null],
  ["system", null],
  ["", null],
])("%j requests %j", (text, range) => {
  expect(toRange(text)).toBe(range);
});

test.each([
  [{ ".nvmrc": "20", ".node-version": "22", "package.json": '{"engines":{"node":"24"}}' }, "20 in .nvmrc"],
  [{ ".nvmrc": "node", ".node-version": "22", "package.json": '{"engines":{"node":"24"}}' }, "22 in .node-version"],
  [{ "package.json": '{"engines":{"node":"24.x"}}' }, "24.x in package.json"],
  [{ "package.json": '{"engines":{"npm":"11"}}' }, undefined],
  [{ "package.json": '{"engines":{"node":"the new one"}}' }, undefined],
  [{ "package.json": "not JSON" }, undefined],
  [{}, undefined],
])("the first entry of %j that specifies a version counts: %j", async (files, words) => {
  expect((await readWantedNode(await makeTempDirWith(files)))?.words).toBe(words);
});
