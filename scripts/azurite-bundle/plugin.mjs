// Bundles Azurite as same-kit runs it: only its three services, patched where a long run would slow it down.
//
// A patch names the exact source text that it replaces. The build fails if that text does not occur exactly once, if
// the patched file is no longer part of the bundle, or if Azurite has another version: read what changed, then adapt or
// drop the patch.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { LEFT_OUT, leftOutModule } from "./left-out.mjs";
import { PATCHES } from "./patches/index.mjs";

const AZURITE_VERSION = "3.37.0";
/** The TypeScript sources of what patched code requires as `same-kit:NAME`. */
const PATCHED_CODE = fileURLToPath(new URL("../../local/src/azurite/patched/", import.meta.url));
const MS_REST = fileURLToPath(new URL("ms-rest.mjs", import.meta.url));
const AXIOS = fileURLToPath(new URL("lazy-axios.cjs", import.meta.url));
const NO_HTTPS = fileURLToPath(new URL("no-https.cjs", import.meta.url));
const STOPPABLE = /node_modules[\\/]stoppable[\\/]/;
/** The copy that express uses; axios, which is loaded late, has its own. */
const MEDIA_TYPES = /node_modules[\\/]mime-db[\\/]db\.json$/;
const MODULE = /[\\/]azurite[\\/]dist[\\/]src[\\/](.+\.js)$/;

/** An esbuild plugin. @param patches - Replaced by tests. */
export function azuriteBundle({ patches = PATCHES, version = AZURITE_VERSION } = {}) {
  return {
    name: "azurite-bundle",
    setup(build) {
      const loaded = new Set();
      build.onStart(() => checkVersion(build, version));
      leaveOut(build);
      replacePackages(build);
      build.onLoad({ filter: MODULE }, async ({ path: file }) => {
        const name = MODULE.exec(file)[1].replaceAll("\\", "/");
        const wanted = patches.filter((patch) => patch.file === name);
        if (wanted.length === 0) return undefined;
        loaded.add(name);
        return applyPatches(await readFile(file, "utf8"), wanted);
      });
      build.onEnd(() => ({ errors: patches.filter(({ file }) => !loaded.has(file)).map(unusedPatch) }));
    },
  };
}

/** @returns The result of esbuild's `onLoad`: the contents, or the errors. */
export function applyPatches(source, patches) {
  const errors = [];
  let contents = source;
  for (const { name, file, edits } of patches) {
    for (const { find, replace } of edits) {
      const count = contents.split(find).length - 1;
      if (count === 1) contents = contents.replace(find, () => replace);
      else errors.push({ text: mismatch(name, file, count), detail: find });
    }
  }
  return errors.length > 0 ? { errors } : { contents, loader: "js" };
}

async function checkVersion(build, expected) {
  const { path: file, errors } = await build.resolve("azurite/package.json", {
    kind: "require-call",
    resolveDir: PATCHED_CODE,
  });
  if (errors.length > 0) return { errors };
  const { version } = JSON.parse(await readFile(file, "utf8"));
  if (version === expected) return undefined;
  const text = `The patches in scripts/azurite-bundle/ were written for Azurite ${expected}, and ${version} is installed.`;
  return { errors: [{ text }] };
}

function leaveOut(build) {
  build.onResolve({ filter: new RegExp(`^(${Object.keys(LEFT_OUT).join("|")})$`) }, (args) => ({
    path: args.path,
    namespace: "left-out",
  }));
  build.onLoad({ filter: /.*/, namespace: "left-out" }, (args) => ({ contents: leftOutModule(args.path) }));
}

function replacePackages(build) {
  build.onResolve({ filter: /^same-kit:/ }, (args) => ({
    path: path.join(PATCHED_CODE, `${args.path.slice("same-kit:".length)}.ts`),
  }));
  build.onResolve({ filter: /^@azure\/ms-rest-js$/ }, () => ({ path: MS_REST }));
  build.onLoad({ filter: MEDIA_TYPES }, async ({ path: file }) => {
    if (file.split(/[\\/]/).includes("axios")) return undefined;
    return { contents: JSON.stringify(fewMediaTypes(JSON.parse(await readFile(file, "utf8")))), loader: "json" };
  });
  build.onResolve({ filter: /^https$/ }, ({ importer }) => (STOPPABLE.test(importer) ? { path: NO_HTTPS } : undefined));
  build.onResolve({ filter: /^axios$/ }, (args) => (args.importer === AXIOS ? undefined : { path: AXIOS }));
}

// By name, in express: `res.type("json")`, `req.accepts("html")`.
const NAMED_TYPES = ["application/json", "application/octet-stream", "application/xml", "text/html", "text/plain"];

/** The media types that make a difference to express: those that it names, and those that it completes with a charset. */
export function fewMediaTypes(all) {
  return Object.fromEntries(Object.entries(all).filter(([name, { charset }]) => charset || NAMED_TYPES.includes(name)));
}

function mismatch(name, file, count) {
  return `The patch "${name}" expects its source once in Azurite's ${file}, and found it ${count} times.`;
}

function unusedPatch({ name, file }) {
  return { text: `The patch "${name}" was not applied: Azurite's ${file} is not part of the bundle.` };
}
