// Measures what the README promises: each figure next to its reference, measured in the same run. `-- --json` prints
// one document.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const outfile = path.join(root, "dist", "bench", "main.mjs");
spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs"), "--if-changed"], { stdio: "inherit" });
await build({
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  logLevel: "error",
  // Packages stay external; the workspaces and tests are TypeScript and are bundled.
  external: Object.keys((await import("../package.json", { with: { type: "json" } })).default.devDependencies)
    .concat(["azurite", "testcontainers", "vitest"])
    .flatMap((name) => [name, `${name}/*`]),
  entryPoints: [path.join(root, "scripts", "bench", "main.ts")],
  outfile,
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit", cwd: root });
process.exit(status ?? 1);
