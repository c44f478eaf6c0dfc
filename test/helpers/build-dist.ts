import { execFileSync } from "node:child_process";

/** Brings dist/ up to date once per run: tests that start processes start what the package ships. */
export default function buildDist(): void {
  execFileSync(process.execPath, ["scripts/build.mjs", "--if-changed"], { stdio: "inherit" });
}
