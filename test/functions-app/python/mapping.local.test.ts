import { execFileSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { appPythonDir, listTestPythons } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const pythons = await listTestPythons();

// A part of 1 MB, mapped twice: one mapping is read, and one byte of the other is changed.
const SCRIPT = `
import json, os, sys
from same_runner.handover import mapping, parts
folder = parts.PartsFolder(sys.argv[1])
content = bytes(range(256)) * 4096
part = parts.part_of(memoryview(content))
folder.write(part, memoryview(content))
read, written = (mapping.map_file(folder.path_of(part), part) for _ in range(2))
assert bytes(read) == bytes(written) == content
before = [mapping.Untouched().is_untouched(it) for it in (read, written)]
written[500_000] = 7
after = [mapping.Untouched().is_untouched(it) for it in (read, written)]
print(json.dumps([before, after, open(folder.path_of(part), "rb").read() == content]))
`;

test.each(pythons)(
  "Python $version detects mapped memory that has not been modified, and never writes to its file",
  async ({ executable }) => {
    const env = { PYTHONPATH: `${appPythonDir}:${path.join(appPythonDir, "packages")}` };
    const args = ["-c", SCRIPT, path.join(await makeTempDir(), "parts")];
    const [before, after, isFileKept] = JSON.parse(execFileSync(executable, args, { encoding: "utf8", env }));
    // Other systems do not report it: there, memory is always compared.
    const isTold = os.platform() === "linux";
    expect({ before, after, isFileKept }).toEqual({
      before: [isTold, isTold],
      after: [isTold, false],
      isFileKept: true,
    });
  },
);
