import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";

/** The version of the package that contains this code. */
export async function sameKitVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
