import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { willStartHost } from "../../../toolkit/src/cli/will-start-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await makeTempDir();
});

async function recordHost(stateDir: string, file = "42-7071.json"): Promise<void> {
  await mkdir(path.join(cwd, stateDir, "hosts"), { recursive: true });
  await writeFile(path.join(cwd, stateDir, "hosts", file), "{}");
}

test.each(["local run", "local run nb", "local run nb/a.ipynb --json", "local run --state-dir state nb"])(
  "`%s` will start a host if none is recorded",
  async (call) => {
    await recordHost("nb/.same-kit", "host.log");
    expect(willStartHost(call.split(" "), cwd)).toBe(true);
  },
);

test.each([
  "",
  "local",
  "run",
  "local up",
  "local resume",
  "local run --help",
  "local run nb -h",
  "local run --keep nb",
])("`%s` will not", (call) => {
  expect(willStartHost(call.split(" "), cwd)).toBe(false);
});

test.each([
  ["in the current folder", ".same-kit", "local run nb"],
  ["next to the notebook", "nb/.same-kit", "local run nb/a.ipynb"],
  ["in the notebook's folder", "nb/.same-kit", "local run nb"],
  ["in the given state folder", "state", "local run --state-dir state nb"],
])("a host recorded %s will be used instead", async (_, stateDir, call) => {
  await recordHost(stateDir);
  expect(willStartHost(call.split(" "), cwd)).toBe(false);
});
