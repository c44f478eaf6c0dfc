import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readZip } from "../../../rehearsal/src/site/read-zip.ts";
import { removePackage, unpackPackage } from "../../../rehearsal/src/site/unpack-package.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { makeZip } from "../../helpers/zip.ts";

const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test("modes are those of the archive, without write permission", async () => {
  const folder = path.join(await makeTempDir(), "wwwroot");
  const zip = await makeZip([
    { path: "python/bin/python3", mode: 0o100755 },
    { path: "host.json", mode: 0o100666 },
  ]);
  await unpackPackage(await readZip(zip), folder);
  const modes = await Promise.all(
    ["python/bin/python3", "host.json", "python"].map((name) => modeOf(path.join(folder, name))),
  );
  expect(modes).toEqual(["555", "444", "555"]);

  await removePackage(folder);
  await expect(stat(folder)).rejects.toThrow("ENOENT");
});
