import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { alone } from "../../../toolkit/src/deployment/alone.ts";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("an environment belongs to one command at a time", async () => {
  const folder = environmentFolder(await makeTempDir(), "dev", false);
  await alone(folder, async () => {
    await expect(alone(folder, async () => "second")).rejects.toMatchObject({
      code: "ERR_ENVIRONMENT_IN_USE",
      message: `Another same-kit command works on the environment "dev": process ${process.pid}. Nothing was changed by this one.`,
    });
  });
  await expect(alone(folder, async () => "next")).resolves.toBe("next");
  expect(await readdir(folder.dir)).toEqual([]);
});

test("its rehearsal is another environment", async () => {
  const stateDir = await makeTempDir();
  const [real, rehearsed] = [false, true].map((isRehearsal) => environmentFolder(stateDir, "dev", isRehearsal));
  const both = alone(real as never, () => alone(rehearsed as never, async () => "both"));
  await expect(both).resolves.toBe("both");
});
