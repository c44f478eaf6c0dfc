import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";
import { withEnvironmentLock } from "../../../toolkit/src/deployment/environment-lock.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("only one command at a time can use an environment", async () => {
  const folder = environmentFolder(await makeTempDir(), "dev", false);
  await withEnvironmentLock(folder, async () => {
    await expect(withEnvironmentLock(folder, async () => "second")).rejects.toMatchObject({
      code: "ERR_ENVIRONMENT_IN_USE",
      message: `Another same-kit command is using the environment "dev": process ${process.pid}. Nothing was changed.`,
    });
  });
  await expect(withEnvironmentLock(folder, async () => "next")).resolves.toBe("next");
  expect(await readdir(folder.dir)).toEqual([]);
});

test("the rehearsal of an environment has its own lock", async () => {
  const stateDir = await makeTempDir();
  const [real, rehearsed] = [false, true].map((isRehearsal) => environmentFolder(stateDir, "dev", isRehearsal));
  const both = withEnvironmentLock(real as never, () => withEnvironmentLock(rehearsed as never, async () => "both"));
  await expect(both).resolves.toBe("both");
});
