// `same-kit/testing` with jest, which runs a test's modules in a separate realm.

import { execFile } from "node:child_process";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const run = promisify(execFile);

test("the example's tests pass with jest", async () => {
  const folder = path.join(await makeTempDir(), "orders");
  await cp(path.join(packageRoot(), "examples", "orders"), folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), '{ "name": "orders", "main": "src/functions/*.js" }');
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "jest@30"], { cwd: folder });
  const modules = path.join(folder, "node_modules");
  for (const name of ["@azure", "durable-functions"]) {
    await symlink(path.join(packageRoot(), "node_modules", name), path.join(modules, name));
  }
  await symlink(packageRoot(), path.join(modules, "same-kit"));
  const file = path.join(folder, "test", "order.test.js");
  const text = await readFile(file, "utf8");
  const jestText = text.replace(
    /^const \{.*\} = require\("node:test"\);$/m,
    "const before = beforeAll;\nconst after = afterAll;",
  );
  expect(jestText).not.toBe(text);
  await writeFile(file, jestText);
  const { stderr } = await run(process.execPath, [path.join(modules, "jest", "bin", "jest.js")], { cwd: folder });
  expect(stderr).toMatch(/Tests:\s+6 passed, 6 total/);
});
