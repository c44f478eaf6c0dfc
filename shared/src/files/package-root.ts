import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

let cached: string | undefined;

/**
 * The folder of the `same-kit` package: a checkout, or `node_modules/same-kit`. The build output is in its `dist/`,
 * wherever the calling code was loaded from.
 */
export function packageRoot(): string {
  cached ??= findUpwards(path.dirname(fileURLToPath(import.meta.url)));
  return cached;
}

function findUpwards(start: string): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = path.join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === "same-kit") return folder;
    if (path.dirname(folder) === folder) throw new Error(`No package.json of same-kit above ${start}.`);
  }
}
