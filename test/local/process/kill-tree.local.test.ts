import { spawn } from "node:child_process";
import { identifyProcess } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { killTree, listDescendants } from "../../../local/src/process/kill-tree.ts";
import { waitFor } from "../../helpers/wait-for.ts";

/** @returns The process IDs of a process, its child, and its grandchild in a separate group. */
async function startFamily(): Promise<number[]> {
  const root = spawn(process.execPath, ["test/fixtures/processes/family.mjs"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => killTree(root.pid as number));
  let printed = "";
  root.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const pids = () => printed.split("\n").slice(0, -1).map(Number);
  return waitFor(() => pids().length === 3 && pids(), { what: "the family" });
}

test("a process tree is ended completely, including separate process groups", async () => {
  const family = await startFamily();
  await killTree(family[0] as number);
  await waitFor(() => family.every((pid) => identifyProcess(pid) === undefined), { what: "the end of the family" });
});

test("descendants are listed nearest first", async () => {
  const [root, child, grandchild] = await startFamily();
  expect(await listDescendants(root as number)).toEqual([child, grandchild]);
});

test("ending a process that has already ended does nothing", async () => {
  await expect(killTree(2 ** 22 + 1)).resolves.toBeUndefined();
});
