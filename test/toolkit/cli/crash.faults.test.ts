import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import type { RunSummary } from "../../../toolkit/src/usecases/run/run-summary.ts";
import { notebookText } from "../../helpers/run-results.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const LAUNCHER = path.resolve("bin", "same-kit.cjs");

test("a run whose process was killed can be continued immediately", async () => {
  const dir = await makeTempDir();
  const go = path.join(dir, "go");
  const wait = `import os, time\nwhile not os.path.exists(${JSON.stringify(go)}):\n    print("waiting", flush=True)\n    time.sleep(0.2)`;
  const cells = [{ source: "x = 1" }, { source: wait, metadata: { tags: ["same_step_1"] } }];
  await writeFile(path.join(dir, "nb.ipynb"), notebookText(cells.map((cell) => ({ cell_type: "code", ...cell }))));
  const call = (...args: string[]) =>
    execa(process.execPath, [LAUNCHER, "local", ...args], { cwd: dir, reject: false });

  const killed = call("run", "nb.ipynb");
  onTestFinished(() => void killed.kill("SIGKILL"));
  let printed = "";
  killed.stderr?.on("data", (text) => {
    printed += text;
  });
  await waitFor(() => printed.includes("waiting"), { what: "the second step", deadlineMs: 60_000 });
  killed.kill("SIGKILL");
  await killed;
  await writeFile(go, "");

  const [id = ""] = await readdir(path.join(dir, ".same-kit", "runs"));
  const { exitCode, stdout } = await call("resume", id, "--json");
  const { status, variables } = JSON.parse(stdout) as RunSummary;
  expect({ exitCode, status, x: variables.find(({ name }) => name === "x")?.repr }).toEqual({
    exitCode: 0,
    status: "completed",
    x: "1",
  });
});
