import path from "node:path";
import { readLocalFile } from "@same-kit/shared";
import semver from "semver";

/** The required Node.js version. */
export type WantedNode = {
  /** In npm's range syntax: `>=20.0.0 <21.0.0-0`. */
  range: string;
  /** For display: `20 in .nvmrc`, `--node 22`. */
  words: string;
};

/** Names of long-term releases as used by version managers. */
const RELEASES: Readonly<Record<string, string>> = {
  hydrogen: "18",
  iron: "20",
  jod: "22",
  krypton: "24",
};

/**
 * The version that an app's `.nvmrc`, `.node-version` or `engines.node` requires; the first that specifies one.
 *
 * @returns null if any version will do, for example if a file says `node` or `lts/*`, or something that is not a
 *   version.
 */
export async function readWantedNode(appDir: string): Promise<WantedNode | null> {
  for (const source of [".nvmrc", ".node-version"]) {
    const text = await readText(path.join(appDir, source));
    const range = text === null ? null : toRange(text);
    if (range !== null) return { range, words: `${firstLine(text ?? "")} in ${source}` };
  }
  const engine = engineOf((await readText(path.join(appDir, "package.json"))) ?? "{}");
  const range = semver.validRange(engine);
  return engine === null || range === null ? null : { range, words: `${engine} in package.json` };
}

/** Converts `v20.1.0`, `20`, `lts/iron` or a range to npm's range syntax; null for anything else. */
export function toRange(text: string): string | null {
  const words = firstLine(text).toLowerCase();
  return words === "" ? null : semver.validRange(RELEASES[words.replace(/^lts\//, "")] ?? words.replace(/^node@/, ""));
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.replace(/#.*/, "").trim();
}

function engineOf(packageJson: string): string | null {
  try {
    const { engines } = JSON.parse(packageJson) as { engines?: { node?: unknown } };
    return typeof engines?.node === "string" ? engines.node : null;
  } catch {
    return null; // The host reports the invalid file when it loads the app.
  }
}

async function readText(file: string): Promise<string | null> {
  return readLocalFile(file).then(
    (content) => content.toString("utf8"),
    () => null,
  );
}
