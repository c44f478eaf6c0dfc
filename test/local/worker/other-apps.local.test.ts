// Apps that were not written for this Node, or not for Node at all.

import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { startTestHost } from "../../helpers/function-app.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

async function makeApp(files: Record<string, string>): Promise<string> {
  const folder = await makeTempDir();
  for (const [name, content] of Object.entries({ "host.json": '{"version":"2.0"}', ...files })) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  await mkdir(path.join(folder, "node_modules"), { recursive: true });
  await symlink(path.resolve("node_modules/@azure"), path.join(folder, "node_modules/@azure"), "junction");
  return folder;
}

const USES_IS_DATE = `
  const { app } = require("@azure/functions");
  const durable = require("durable-functions");
  app.get("isDate", { handler: () => ({ jsonBody: durable.isDate(new Date()) }) });
`;
const durable = (version: string) => ({
  "package.json": '{"main":"main.js"}',
  "main.js": USES_IS_DATE,
  "node_modules/durable-functions/package.json": JSON.stringify({
    name: "durable-functions",
    version,
    main: "index.js",
  }),
  "node_modules/durable-functions/index.js": 'exports.isDate = (it) => require("util").isDate?.(it) ?? "gone";',
});

test.each([
  ["3.1.0", true, true],
  ["3.3.0", true, true],
  ["3.3.1", "gone", false],
  ["3.5.0", "gone", false],
])(
  "durable-functions %s finds functions that Node removed: %j; a warning is logged: %j",
  async (version, isDate, isTold) => {
    const host = await startTestHost({ appDir: await makeApp(durable(version)) });
    expect(await (await fetch(`${host.url}/api/isDate`)).json()).toBe(isDate);
    const told = () =>
      host.entries.some(({ message }) => message.includes(`durable-functions ${version}, whose timers fail`));
    if (isTold) await waitFor(told);
    else expect(told()).toBe(false);
  },
);

test("a Python app, and an app for another worker runtime, are reported as such", async () => {
  const python = await makeApp({ "function_app.py": "" });
  await expect(startTestHost({ appDir: python })).rejects.toThrow("is for Python");
  const settings = JSON.stringify({ Values: { FUNCTIONS_WORKER_RUNTIME: "dotnet-isolated" } });
  const dotnet = await makeApp({ "package.json": "{}", "local.settings.json": settings });
  await expect(startTestHost({ appDir: dotnet })).rejects.toThrow('is for the worker runtime "dotnet-isolated"');
});

test.each([
  ["without main", {}],
  ["with npm's main, which does not exist", { "package.json": '{"main":"index.js"}' }],
  ["with files that register nothing", { "package.json": '{"main":"lib.js"}', "lib.js": "" }],
])("a Node app of the function.json model, %s, is reported as such", async (_, files) => {
  const app = await makeApp({ "package.json": "{}", "Greet/function.json": "{}", "Greet/index.js": "", ...files });
  await expect(startTestHost({ appDir: app })).rejects.toThrow("has the function.json files of programming model v3");
});

test("a Python app of the older model is reported as a Python app", async () => {
  const app = await makeApp({ "Greet/function.json": "{}", "Greet/__init__.py": "" });
  await expect(startTestHost({ appDir: app })).rejects.toThrow("is for Python");
});
