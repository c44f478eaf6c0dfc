import { createHash } from "node:crypto";
import { existsSync, type Stats } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BundledPython } from "./bundled-python.ts";
import { listEntries, type PackageEntry } from "./entries.ts";
import { type WrittenZip, writeZip } from "./zip.ts";

/** A package that is ready to be uploaded. */
export type AppPackage = WrittenZip & {
  /** Null: the app looks for a Python on its host. */
  python: { version: string; kind: "cloud" | "machine" } | null;
  /** Size in bytes, by part. */
  parts: Record<string, number>;
  entries: PackageEntry[];
};

type AppPackageOptions = {
  /** The built app: host.json, package.json, main.cjs, python/. */
  appDir: string;
  /** Which of its files are packed, for `listEntries`; default: all except files that Azure never runs. */
  isWanted?: (relativePath: string) => boolean;
  python: BundledPython | null;
  /** Packages bundled with Python. */
  basePackages: PackageEntry[];
  /** Packages are stored here by hash, so that a rollback finds the earlier ones. */
  packagesDir: string;
};

/**
 * Packs the app. A package of the same files is reused instead of being zipped again.
 */
export async function buildAppPackage(options: AppPackageOptions): Promise<AppPackage> {
  const app = await listEntries(options.appDir, "", options.isWanted ?? ((name) => !isLeftOut(name)));
  const entries = merge([...app, ...(options.python?.entries ?? []), ...options.basePackages]);
  const stats = await Promise.all(entries.map(({ source }) => stat(source)));
  const file = path.join(options.packagesDir, `${fingerprint(entries, stats)}.zip`);
  const { python } = options;
  const facts = { python: python && { version: python.version, kind: python.kind }, parts: sizeByPart(entries, stats) };
  const known = await readKnown(file);
  if (known !== null) return { ...known, file, ...facts, entries };
  await mkdir(options.packagesDir, { recursive: true });
  const written = await writeZip(file, entries, python?.kind === "machine" ? "fast" : "small");
  const { sha256, sizeBytes, unpackedBytes } = written;
  await writeFile(`${file}.json`, JSON.stringify({ sha256, sizeBytes, unpackedBytes }));
  return { ...written, ...facts, entries };
}

// Azure never runs them; func omits the same files.
const isLeftOut = (name: string): boolean => /(^|\/)(local\.settings\.json|\.funcignore|\.gitignore)$/.test(name);

/** A later entry replaces an earlier one of the same name: a base package may include its own dill. */
function merge(entries: readonly PackageEntry[]): PackageEntry[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Identified by names, sizes and times of the sources: this is cheap, and a rebuild changes the times. */
function fingerprint(entries: readonly PackageEntry[], stats: readonly Stats[]): string {
  const hash = createHash("sha256");
  entries.forEach(({ name, isExecutable }, i) => {
    hash.update(`${name}\0${isExecutable}\0${stats[i]?.size}\0${stats[i]?.mtimeMs}\n`);
  });
  return hash.digest("hex").slice(0, 32);
}

async function readKnown(file: string): Promise<{ sha256: string; sizeBytes: number; unpackedBytes: number } | null> {
  if (!existsSync(file) || !existsSync(`${file}.json`)) return null;
  return JSON.parse(await readFile(`${file}.json`, "utf8"));
}

function sizeByPart(entries: readonly PackageEntry[], stats: readonly Stats[]): Record<string, number> {
  const sizes: Record<string, number> = {};
  entries.forEach(({ name }, i) => {
    const part = partOf(name);
    sizes[part] = (sizes[part] ?? 0) + (stats[i]?.size ?? 0);
  });
  return sizes;
}

/** `python/packages/numpy`, `python/cpython`, `main.cjs`. */
function partOf(name: string): string {
  const segments = name.split("/");
  return segments.slice(0, name.startsWith("python/packages/") ? 3 : Math.min(2, segments.length)).join("/");
}
