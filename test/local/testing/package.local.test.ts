// `same-kit/testing` as used by a user's project.

import { execFile } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const run = promisify(execFile);
const ROOT = packageRoot();

/** A separate project with the packages of the example, and same-kit as published. */
async function makeProject(): Promise<string> {
  const folder = path.join(await makeTempDir(), "orders");
  await cp(path.join(ROOT, "examples", "orders"), folder, { recursive: true });
  const modules = path.join(folder, "node_modules");
  await mkdir(modules, { recursive: true });
  for (const name of ["@azure", "durable-functions", "@types", "vitest"]) {
    await symlink(path.join(ROOT, "node_modules", name), path.join(modules, name));
  }
  await symlink(ROOT, path.join(modules, "same-kit"));
  return folder;
}

test("the example's tests pass with node:test", async () => {
  const { stdout } = await run(process.execPath, ["--test"], { cwd: await makeProject() });
  expect(stdout).toMatch(/pass 6\n/);
});

test("the module can also be loaded by import", async () => {
  const program =
    'import { startLocalApp, TestingError } from "same-kit/testing"; console.log(typeof startLocalApp, TestingError.name);';
  const options = { cwd: await makeProject() };
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], options);
  expect(stdout).toBe("function TestingError\n");
});

test("the types of the module include the input and output of an orchestrator", async () => {
  const folder = await makeProject();
  await writeFile(
    path.join(folder, "types.mts"),
    `import { startLocalApp, type HistorySnapshot, type LocalApp } from "same-kit/testing";
     type Orders = { order: { input: { item: string; total: number }; output: { status: string } } };
     const app: LocalApp<Orders> = await startLocalApp<Orders>(".", { now: "2026-01-01T00:00:00Z", storage: "memory" });
     const id = await app.client.start("order", { item: "pen", total: 1 });
     const status: string = (await app.client.wait(id)).output.status;
     const output: { status: string } = await app.client.run("order", { item: "pen", total: 1 });
     const snapshot: HistorySnapshot = await app.snapshot(id);
     const mock = app.mockActivity<{ item: string }>("charge", ({ item }) => item.length);
     const items: string[] = mock.calls.map(({ input }) => input.item);
     // @ts-expect-error There is no such orchestrator.
     await app.client.start("other");
     // @ts-expect-error The input lacks its total.
     await app.client.start("order", { item: "pen" });
     // @ts-expect-error The output has no such member.
     (await app.client.wait(id)).output.other;
     export { items, output, snapshot, status };
    `,
  );
  const config = {
    compilerOptions: { module: "nodenext", target: "es2024", strict: true, noEmit: true, types: ["node"] },
  };
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ ...config, files: ["types.mts"] }));
  const tsc = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});
