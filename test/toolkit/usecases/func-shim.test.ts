import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { funcVersion } from "../../../toolkit/src/adapters/publish/func.ts";
import { writeFuncShim } from "../../../toolkit/src/usecases/func-shim.ts";
import { makeTempDir, makeTempDirWith } from "../../helpers/temp-dir.ts";

const TARGET = { node: process.execPath, launcher: "/same-kit.cjs", platform: "linux" } as const;

/** A launcher that prints how it was called. */
const fakeLauncher = () => makeTempDirWith({ "it's.cjs": "console.log(JSON.stringify(process.argv.slice(2)));" });

test.skipIf(process.platform === "win32")(
  "the func in a folder calls same-kit, with the Node on PATH if ours is missing",
  async () => {
    const [dir, folder] = [await makeTempDir(), await fakeLauncher()];
    for (const node of [process.execPath, "/gone/node"]) {
      const file = await writeFuncShim({ ...TARGET, dir, node, launcher: path.join(folder, "it's.cjs") });
      const { stdout } = await execa(file, ["start", "--cors", "a b"]);
      expect(JSON.parse(stdout)).toEqual(["func", "start", "--cors", "a b"]);
    }
  },
);

test("on Windows the shim is a batch file", async () => {
  const file = await writeFuncShim({
    ...TARGET,
    dir: await makeTempDir(),
    platform: "win32",
    launcher: "C:\\100%\\k.cjs",
  });
  expect(path.basename(file)).toBe("func.cmd");
  expect(await readFile(file, "utf8")).toContain('"%node%" "C:\\100%%\\k.cjs" func %*\r\n');
});

test("another func in that folder is kept", async () => {
  const dir = await makeTempDirWith({ func: "#!/bin/sh\n" });
  await expect(writeFuncShim({ ...TARGET, dir })).rejects.toMatchObject({ code: "ERR_FUNC_SHIM" });
  expect(await readFile(path.join(dir, "func"), "utf8")).toBe("#!/bin/sh\n");
});

test.skipIf(process.platform === "win32")("the publisher does not mistake the shim for Core Tools", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "same-kit.cjs"), "process.exit(process.env.SAME_KIT_WANTS_CORE_TOOLS ? 1 : 0);");
  await writeFuncShim({ ...TARGET, dir, launcher: path.join(dir, "same-kit.cjs") });
  expect(await funcVersion({ PATH: `${dir}${path.delimiter}${process.env["PATH"]}` })).toBeNull();
});
