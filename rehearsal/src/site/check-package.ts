import { compileGlob, reasonOf } from "@same-kit/shared";
import type { PlanName } from "./plan-limits.ts";
import { DISK_LIMIT_BYTES } from "./plan-limits.ts";
import type { ZipEntry } from "./read-zip.ts";

type PackageReport = {
  unpackedBytes: number;
  /** Why the deployment fails. */
  failures: string[];
  /** Why Azure would deploy the package but then silently find no functions. */
  silentFaults: string[];
};

const FILE_TYPE_MASK = 0o170000;
const SYMBOLIC_LINK = 0o120000;
const READ_BITS = 0o444;
const MEGABYTE = 1_000_000;

/** Checks a package as the cloud does when it unpacks it. */
export async function checkPackage(entries: readonly ZipEntry[], plan: PlanName): Promise<PackageReport> {
  const unpackedBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    unpackedBytes,
    failures: [...findSizeFaults(unpackedBytes, plan), ...findLinks(entries), ...findDuplicates(entries)],
    silentFaults: [...findMissingModes(entries), ...(await findLayoutFaults(entries))],
  };
}

function findSizeFaults(unpackedBytes: number, plan: PlanName): string[] {
  const limit = DISK_LIMIT_BYTES[plan];
  if (unpackedBytes <= limit) return [];
  return [
    `ENOSPC: no space left on device: the package is ${toMegabytes(unpackedBytes)} MB unpacked, the instance has ${toMegabytes(limit)} MB.`,
  ];
}

function findLinks(entries: readonly ZipEntry[]): string[] {
  return entries
    .filter(({ mode }) => mode !== null && (mode & FILE_TYPE_MASK) === SYMBOLIC_LINK)
    .map(({ path }) => `${path} is a symbolic link; packages must hold plain files.`);
}

function findDuplicates(entries: readonly ZipEntry[]): string[] {
  const seen = new Set<string>();
  return entries
    .filter(({ path }) => seen.size === seen.add(path).size)
    .map(({ path }) => `${path} is in the package twice.`);
}

function findMissingModes(entries: readonly ZipEntry[]): string[] {
  const bare = entries.filter(({ mode }) => mode === null || (mode & READ_BITS) === 0);
  if (bare.length === 0) return [];
  return [
    `${bare.length} of ${entries.length} files carry no Unix permissions (${bare[0]?.path}, …); the host cannot read them.`,
  ];
}

async function findLayoutFaults(entries: readonly ZipEntry[]): Promise<string[]> {
  const paths = entries.map(({ path }) => path);
  if (!paths.includes("host.json")) return [describeMissingHostJson(paths)];
  const manifest = entries.find(({ path }) => path === "package.json");
  if (manifest === undefined)
    return ["There is no package.json at the root, so it is unknown which file registers the functions."];
  const main = parseMain(await manifest.read());
  if (main === null) return ["package.json is not valid or names no main."];
  try {
    return (await hasMatch(paths, main)) ? [] : [`package.json names ${main} as main, which is not in the package.`];
  } catch (error) {
    return [`package.json names ${main} as main, which cannot be matched: ${reasonOf(error)}.`];
  }
}

function describeMissingHostJson(paths: readonly string[]): string {
  const nested = paths.find((path) => path.endsWith("/host.json"));
  return nested === undefined
    ? "There is no host.json at the root."
    : `host.json is not at the root but at ${nested}: the package has an extra folder level.`;
}

function parseMain(bytes: Buffer): string | null {
  try {
    const { main } = JSON.parse(bytes.toString("utf8")) as { main?: unknown };
    return typeof main === "string" && main !== "" ? main.replace(/^\.\//, "") : null;
  } catch {
    return null;
  }
}

/** `main` may be a glob, such as `dist/functions/*.js`, or a folder. The extension is required. */
async function hasMatch(paths: readonly string[], main: string): Promise<boolean> {
  if (paths.some((path) => path === main || path.startsWith(`${main.replace(/\/$/, "")}/`))) return true;
  const { matches } = await compileGlob(main);
  return paths.some(matches);
}

function toMegabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
