import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removePackage } from "../../../rehearsal/src/site/unpack-package.ts";
import { removeStaleWwwroots, wwwrootOf } from "../../../rehearsal/src/site/wwwroot.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("what a dead process left is removed; what a living one uses stays", async () => {
  const state = await makeTempDir();
  const own = wwwrootOf(state);
  onTestFinished(() => removePackage(own));
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const left = own.replace(/\d+$/, String(pid));
  await mkdir(path.join(own, "app"), { recursive: true });
  await mkdir(path.join(left, "app"), { recursive: true });
  await removeStaleWwwroots(state);
  expect([existsSync(own), existsSync(left)]).toEqual([true, false]);
});
