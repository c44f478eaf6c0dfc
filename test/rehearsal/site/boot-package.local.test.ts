import { build } from "esbuild";
import { expect, test } from "vitest";
import { startLocal } from "../../../local/src/index.ts";
import { type BootSite, bootOnLocalHost } from "../../../rehearsal/src/index.ts";
import { createTestSite, startTestMiniAzure } from "../../helpers/mini-azure.ts";
import { publish } from "../../helpers/publish.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { MINIMAL_APP, makeZip, type TestZipEntry } from "../../helpers/zip.ts";

const APP = `
import { app } from "@azure/functions";
import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const tryTo = (work) => { try { return work() ?? "yes"; } catch (error) { return error.code; } };

app.http("look", { methods: ["GET"], authLevel: "anonymous", handler: () => ({ jsonBody: {
  key: process.env.SAME_ACCESS_KEY,
  storage: process.env.AzureWebJobsStorage ?? null,
  environment: process.env.AZURE_FUNCTIONS_ENVIRONMENT,
  modeOfTool: (statSync(path.join(__dirname, "bin", "tool")).mode & 0o777).toString(8),
  mayRunTool: tryTo(() => accessSync(path.join(__dirname, "bin", "tool"), constants.X_OK)),
  modeOfRoot: (statSync(__dirname).mode & 0o777).toString(8),
} }) });
`;

/** The app in one file, like same-kit's own app. */
async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["@azure/functions-core"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

async function deploy(entries: readonly TestZipEntry[]) {
  const bootSite: BootSite = bootOnLocalHost(startLocal, await makeTempDir(), { kind: "memory" });
  const mini = await startTestMiniAzure({ bootSite });
  const site = await createTestSite(mini);
  await publish(mini, site, await makeZip(entries));
  return { mini, site };
}

test("a deployed package runs in the real host, with the modes of the zip and the settings of the site, and is read-only", async () => {
  const main = await bundle(APP);
  const entries = MINIMAL_APP.map((entry) => (entry.path === "main.cjs" ? { ...entry, content: main } : entry));
  const { mini, site } = await deploy([...entries, { path: "bin/tool", content: "#!/bin/sh\n", mode: 0o100755 }]);
  const { status, text } = await mini.send("GET", `https://${site.hostName}/api/look`);
  expect([status, JSON.parse(text)]).toEqual([
    200,
    {
      key: "secret",
      storage: expect.stringContaining("devstoreaccount1"),
      environment: "Production",
      modeOfTool: "555",
      mayRunTool: "yes",
      modeOfRoot: "555",
    },
  ]);
  const { body } = await mini.arm("GET", `${site.id}/functions`);
  expect((body as { value: { name: string }[] }).value.map(({ name }) => name)).toEqual(["app-test/look"]);
});

test("a package that lacks a module does not find it on this machine either", async () => {
  const main = 'require("yazl");';
  const { mini, site } = await deploy(
    MINIMAL_APP.map((entry) => (entry.path === "main.cjs" ? { ...entry, content: main } : entry)),
  );
  const { body } = await mini.arm("GET", `${site.id}/functions`);
  expect(body).toEqual({ value: [] });
});
