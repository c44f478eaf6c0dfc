import { chmod, symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { chooseNode } from "../../../../local/src/host/node/choose-node.ts";
import { makeTempDirWith } from "../../../helpers/temp-dir.ts";

const own = { file: "/ours/node", version: "24.1.0" };

/** A folder for PATH with a program that claims to be this Node. */
async function fakeNode(answer: string): Promise<string> {
  const folder = await makeTempDirWith({ node: `#!/bin/sh\n${answer}\n` });
  await chmod(path.join(folder, "node"), 0o755);
  return folder;
}

async function choose({ asks, node = null, on = [] }: { asks?: string; node?: string | null; on?: string[] }) {
  const appDir = await makeTempDirWith(asks === undefined ? {} : { ".nvmrc": asks });
  return chooseNode({ appDir, node, env: { PATH: on.join(path.delimiter), NVM_DIR: "/nowhere" }, own });
}

test("an app without a Node version, or with a version that ours satisfies, runs on ours", async () => {
  expect(await choose({})).toEqual({ ...own, warning: null });
  expect(await choose({ asks: ">=20" })).toEqual({ ...own, warning: null });
});

test("the newest matching Node on PATH is used, whatever other versions exist", async () => {
  const newest = await fakeNode("echo v22.20.0");
  const on = [
    await fakeNode("echo v22.15.0"),
    await fakeNode("exit 1"),
    newest,
    await fakeNode("echo I am no version"),
    await fakeNode("echo v23.9.0"),
    "relative",
    "/nowhere",
  ];
  expect(await choose({ asks: "22", on })).toEqual({
    file: path.join(newest, "node"),
    version: "22.20.0",
    warning: null,
  });
});

test("a version installed by nvm is found without being active", async () => {
  const nvm = await makeTempDirWith({ "versions/node/v22.18.0/bin/.keep": "" });
  const file = path.join(await fakeNode("echo v22.18.0"), "node");
  await symlink(file, path.join(nvm, "versions/node/v22.18.0/bin/node"));
  const appDir = await makeTempDirWith({ ".nvmrc": "22" });
  const env = { PATH: "", NVM_DIR: nvm };
  expect(await chooseNode({ appDir, node: null, env, own })).toEqual({ file, version: "22.18.0", warning: null });
});

test("an app whose Node is missing, or too old for the worker, runs on ours with a warning", async () => {
  expect((await choose({ asks: "23" })).warning).toBe(
    "The app asks for Node 23 in .nvmrc, and runs on Node 24.1.0: none is on PATH or installed with nvm.",
  );
  const old = await fakeNode("echo v20.9.0");
  expect(await choose({ asks: "20", on: [old] })).toEqual({
    ...own,
    warning: `The app asks for Node 20 in .nvmrc, and runs on Node 24.1.0: the worker needs >=22.15.0, and ${old}/node is 20.9.0.`,
  });
});

test("--node overrides the app's files, and is an error instead of falling back to ours", async () => {
  const folder = await fakeNode("echo v22.20.0");
  const file = path.join(folder, "node");
  expect((await choose({ asks: "24", node: "22", on: [folder] })).version).toBe("22.20.0");
  expect(await choose({ node: file })).toEqual({ file, version: "22.20.0", warning: null });
  expect(await choose({ node: "24" })).toEqual({ ...own, warning: null });

  const old = path.join(await fakeNode("echo v20.9.0"), "node");
  const code = "ERR_NODE_NOT_FOUND";
  await expect(choose({ node: "21" })).rejects.toMatchObject({ code, message: expect.stringContaining("--node 21") });
  await expect(choose({ node: "newest" })).rejects.toMatchObject({ code });
  await expect(choose({ node: "/nowhere/node" })).rejects.toMatchObject({ code });
  await expect(choose({ node: old })).rejects.toMatchObject({ code, message: expect.stringContaining("20.9.0") });
});
