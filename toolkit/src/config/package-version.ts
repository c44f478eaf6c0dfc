import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";

export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
