// Builds dist/: everything that runs, bundled, next to the data files that it reads. `npm pack` ships dist/ as it is.
//
//   dist/start.cjs               loaded by bin/same-kit.cjs: loads the command from the compile cache
//   dist/cli.cjs                 the command
//   dist/testcontainers.cjs      runs Azurite in a container
//   dist/testing/                the package's `same-kit/testing`, with its types
//   dist/azure-sdk/              Azure's SDKs, as the command loads them
//   dist/worker/                 the language worker's process
//   dist/azurite/                the supervised Azurite's process
//   dist/functions-app/          the deployable app: the cloud and the local host run the same build
//   dist/terraform/              the process between the command and terraform
//   dist/azurerm-stand-in/       the rehearsal's terraform provider
//   dist/smoke/                  the notebook of the smoke test
//   dist/inspector/              the inspector's page
//   dist/THIRD-PARTY-NOTICES.txt the licenses of the bundled packages
//
// With --if-changed it does nothing unless a source is newer than the last build.
//
// All packages are bundled, so the published package needs no others.

import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { withoutUnusedPackages } from "./app-bundle/unused-packages.mjs";
import { azuriteBundle } from "./azurite-bundle/plugin.mjs";
import { unpackDill } from "./dill.mjs";
import { lateBuiltins } from "./late-builtins.mjs";
import { writeNotices } from "./notices.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");
const from = (...parts) => path.join(root, ...parts);
const to = (...parts) => path.join(dist, ...parts);

const common = {
  bundle: true,
  platform: "node",
  target: "node22",
  absWorkingDir: root,
  logLevel: "error",
  legalComments: "none",
  sourcemap: false,
  metafile: true,
  // Optional native accelerators of packages that testcontainers loads; both packages work without them.
  external: ["*.node", "cpu-features"],
};

const metafiles = [];

async function build(options) {
  const result = await esbuild(options);
  metafiles.push(result.metafile);
  return result;
}

const cjs = (entry, outfile, options = {}) =>
  build({ ...common, format: "cjs", entryPoints: [from(entry)], outfile: to(outfile), ...options });

/** Identifiers are not minified, because they appear in stack traces. */
const LESS_TEXT = { minifySyntax: true, minifyWhitespace: true };

const FILE_URL = {
  define: { "import.meta.url": "__fileUrl" },
  banner: { js: 'const __fileUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/**
 * No request to a storage is a form. The SDKs ask nevertheless, and Node loads all of `fetch` when the class is first
 * named.
 */
const NO_FORM_DATA = { define: { FormData: "undefined" } };

const AZURE_SDK = "local/src/storage/azure/sdk.ts";

/**
 * The command loads the SDKs on demand from a separate bundle with a compile cache: compiling them takes longer than
 * using them.
 */
const externalAzureSdk = {
  name: "external-azure-sdk",
  setup: (build) =>
    build.onLoad({ filter: /storage[\\/]azure[\\/]sdk\.ts$/ }, () => ({
      resolveDir: root,
      contents: `
        import path from "node:path";
        import { compiledFolder, packageRoot, requireCompiled } from "@same-kit/shared";
        let sdk;
        export function azureSdk() {
          const file = path.join(packageRoot(), "dist", "azure-sdk", "sdk.cjs");
          sdk ??= requireCompiled(file, compiledFolder(process.env, process.argv.slice(2))).azureSdk();
          return sdk;
        }`,
    })),
};

/** It is larger than the rest of the command, and few users need Docker. */
const externalTestcontainers = {
  name: "external-testcontainers",
  setup: (build) =>
    build.onResolve({ filter: /^testcontainers$/ }, () => ({ path: "./testcontainers.cjs", external: true })),
};

/** A single file: its compiled form is cached, and parts that a command does not load cost nothing. */
async function buildCli() {
  await cjs("toolkit/src/cli/main.ts", "cli.cjs", {
    ...LESS_TEXT,
    ...FILE_URL,
    plugins: [externalAzureSdk, externalTestcontainers, lateBuiltins],
  });
  await cjs("toolkit/src/cli/start.ts", "start.cjs", FILE_URL);
}

async function buildApp() {
  const app = (...parts) => to("functions-app", ...parts);
  await cjs("functions-app/src/main.ts", "functions-app/main.cjs", {
    external: ["@azure/functions-core"],
    // The size of the app determines its cold-start time in the cloud; restoring minified names would add to it.
    ...LESS_TEXT,
    plugins: [withoutUnusedPackages, lateBuiltins],
  });
  await cp(from("functions-app/host.json"), app("host.json"));
  await cp(from("functions-app/.funcignore"), app(".funcignore"));
  await writeFile(
    app("package.json"),
    `${JSON.stringify({ name: "same-functions-app", main: "main.cjs", "same-kit": { keepsCompiled: true } }, null, 2)}\n`,
  );
  await cp(from("functions-app/src/python/runner"), app("python"), {
    recursive: true,
    filter: (file) => !file.includes("__pycache__"),
  });
  await unpackDill(app("python", "packages"));
}

/** CommonJS, which both jest and `import` can load. Its types are the one file without imports. */
async function buildTesting() {
  await cjs("local/src/testing/index.ts", "testing/index.cjs", {
    ...FILE_URL,
    // Loaded only when Azurite runs in a container, which the testing API never does.
    external: [...common.external, "testcontainers"],
  });
  await writeFile(to("testing", "index.mjs"), 'export { startLocalApp, TestingError } from "./index.cjs";\n');
  const types = await readFile(from("local/src/testing-api.ts"), "utf8");
  const values = await readFile(from("local/src/testing/entrance.d.ts"), "utf8");
  for (const file of ["index.d.mts", "index.d.cts"]) await writeFile(to("testing", file), `${types}\n${values}`);
}

async function buildStandIn() {
  await cjs("rehearsal/src/provider/main.ts", "azurerm-stand-in/main.cjs");
  await copyData(from("rehearsal/src/provider"), to("azurerm-stand-in"));
}

async function buildInspector() {
  await build({
    bundle: true,
    absWorkingDir: root,
    logLevel: "error",
    legalComments: "none",
    metafile: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    entryPoints: { main: from("inspector/src/main.tsx"), style: from("inspector/src/style.css") },
    outdir: to("inspector"),
  });
  for (const name of ["index.html", "icon.svg"]) await cp(from("inspector/src", name), to("inspector", name));
}

/** Data files that a bundle reads at run time are copied next to it, as they are next to the source. */
async function copyData(folder, target) {
  await mkdir(target, { recursive: true });
  for (const name of await readdir(folder)) {
    if (/\.(json|proto|gz)$/.test(name)) await cp(path.join(folder, name), path.join(target, name));
  }
}

const targets = {
  command: buildCli,
  testcontainers: () => cjs("node_modules/testcontainers/build/index.js", "testcontainers.cjs", LESS_TEXT),
  "Azure's SDKs": () =>
    cjs(AZURE_SDK, "azure-sdk/sdk.cjs", {
      ...LESS_TEXT,
      ...NO_FORM_DATA,
      plugins: [withoutUnusedPackages, lateBuiltins],
    }),
  testing: buildTesting,
  worker: async () => {
    await cjs("local/src/worker/child/start.ts", "worker/main.cjs");
    await cjs("local/src/worker/child/main.ts", "worker/worker.cjs", LESS_TEXT);
  },
  "worker's preload": () => cjs("local/src/worker/child/preload.ts", "worker/preload.cjs"),
  "worker's functions-core": () => cjs("local/src/worker/child/functions-core.ts", "worker/functions-core.cjs"),
  "terraform guard": () => cjs("toolkit/src/adapters/terraform/guard.ts", "terraform/guard.cjs"),
  azurite: () => cjs("local/src/azurite/child/start.ts", "azurite/main.cjs"),
  "azurite's services": () =>
    cjs("local/src/azurite/child/main.ts", "azurite/services.cjs", {
      minify: true,
      plugins: [azuriteBundle(), lateBuiltins],
    }),
  app: buildApp,
  "azurerm stand-in": buildStandIn,
  inspector: buildInspector,
  "smoke notebook": () => cp(from("test/testdata/features/singlestep"), to("smoke/singlestep"), { recursive: true }),
};

/** Everything that the targets write to dist/. Anything else is from an older build and would be packed. */
const CONTENTS = new Set([
  ".built",
  "THIRD-PARTY-NOTICES.txt",
  "azure-sdk",
  "azurerm-stand-in",
  "azurite",
  "bench",
  "cli.cjs",
  "functions-app",
  "inspector",
  "smoke",
  "start.cjs",
  "terraform",
  "testcontainers.cjs",
  "testing",
  "worker",
]);

const SOURCES = [
  "toolkit/src",
  "local/src",
  "rehearsal/src",
  "inspector/src",
  "functions-app",
  "shared/src",
  "scripts",
  "test/testdata/features/singlestep",
  "package-lock.json",
];

async function isUpToDate() {
  const builtAt = await modifiedAt(to(".built"));
  for (const source of SOURCES) if ((await newestBelow(from(source))) > builtAt) return false;
  return true;
}

async function newestBelow(file) {
  const entries = await readdir(file, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries
    .filter((it) => it.isFile() && !it.name.endsWith(".pyc"))
    .map((it) => path.join(it.parentPath, it.name));
  return Math.max(await modifiedAt(file), ...(await Promise.all(files.map(modifiedAt))));
}

const modifiedAt = async (file) => (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs;

async function main() {
  if (process.argv.includes("--if-changed") && (await isUpToDate())) return;
  await mkdir(dist, { recursive: true });
  const names = Object.keys(targets);
  const results = await Promise.allSettled(names.map((name) => targets[name]()));
  const failed = results.flatMap((result, i) => (result.status === "rejected" ? [[names[i], result.reason]] : []));
  for (const [name, reason] of failed) console.error(`The build of the ${name} failed: ${reason?.message ?? reason}`);
  if (failed.length > 0) process.exit(1);
  await writeNotices(root, metafiles, to("THIRD-PARTY-NOTICES.txt"));
  for (const name of await readdir(dist)) if (!CONTENTS.has(name)) await rm(to(name), { recursive: true });
  await chmod(from("bin/same-kit.cjs"), 0o755);
  await writeFile(to(".built"), "");
}

await main();
