// The files that a step read, and their state at that time: a later run must find the same.

import type { RunFile } from "../../contract/run-files.ts";
import { hashOf } from "./ingredients.ts";

/** The format of runner/same_runner/reads.py: paths relative to the working directory. */
export type ReportedReads = { all: boolean; content: string[]; stat: string[]; names: string[] };

/**
 * One thing that a step looked at: the content of a path, its kind (with the content, for a file), the names in a folder, or
 * everything. `value` is empty if there was nothing.
 */
export type SeenFile = { how: "content" | "stat" | "names" | "all"; path: string; value: string };

/** The working directory at the start of a step. */
export class FoundFiles {
  readonly #byPath = new Map<string, string>();
  readonly #hasLinks: boolean;

  /** @param own - The step's sources by name, and their hashes: they hide files of these names. */
  constructor(files: readonly RunFile[], own: Readonly<Record<string, string>>) {
    this.#hasLinks = files.some(({ kind }) => kind === "link");
    for (const file of files) this.#byPath.set(file.path, toValue(file));
    for (const [name, sha256] of Object.entries(own)) this.#byPath.set(name, sha256);
  }

  see(reads: ReportedReads): SeenFile[] {
    // A path that goes through a link has a second name.
    if (reads.all || this.#hasLinks) return this.#seeAll();
    const hows = ["content", "stat", "names"] as const;
    return hows.flatMap((how) => reads[how].map((path) => ({ how, path, value: this.#valueOf(how, path) })));
  }

  /** @returns The first difference, as the end of a sentence. */
  findChange(seen: readonly SeenFile[]): string | undefined {
    const changed = seen.find(({ how, path, value }) => this.#valueOf(how, path) !== value);
    if (changed === undefined) return undefined;
    const { how, path, value } = changed;
    const name = path === "" ? "the working directory" : path;
    if (how === "all") return "files were added to the working directory, or removed";
    if (how === "names") return `files were added to ${name}, or removed`;
    if (value === "") return `${name} is new`;
    return this.#valueOf(how, path) === "" ? `${name} is gone` : `${name} has changed`;
  }

  #valueOf(how: SeenFile["how"], path: string): string {
    if (how === "all") return hashOf(this.#carried().map(([name]) => name));
    if (how === "names") return this.#hashBelow(path, (inner) => inner.split("/")[0] as string);
    const own = this.#byPath.get(path);
    if (own !== undefined) return own;
    const below = this.#below(path);
    if (below.length === 0) return "";
    return how === "stat" ? "folder" : hashOf(below);
  }

  #hashBelow(path: string, nameOf: (inner: string) => string): string {
    const names = new Set(this.#below(path).map(([inner]) => nameOf(inner)));
    return names.size === 0 ? "" : hashOf([...names]);
  }

  /** Sorted, with paths relative to `path`. */
  #below(path: string): [string, string][] {
    const prefix = path === "" ? "" : `${path}/`;
    const found = [...this.#byPath].filter(([name]) => name.startsWith(prefix));
    return found.map(([name, value]): [string, string] => [name.slice(prefix.length), value]).sort(byName);
  }

  /** Without notebooks: the running one is among them and changes with every edit. */
  #carried(): [string, string][] {
    return [...this.#byPath].filter(([name]) => !name.endsWith(".ipynb")).sort(byName);
  }

  #seeAll(): SeenFile[] {
    const files = this.#carried().map(([path, value]): SeenFile => ({ how: "content", path, value }));
    return [...files, { how: "all", path: "", value: this.#valueOf("all", "") }];
  }
}

const byName = ([left]: [string, string], [right]: [string, string]): number => (left < right ? -1 : 1);

function toValue(file: RunFile): string {
  switch (file.kind) {
    case "file":
      return file.isExecutable ? `${file.sha256} x` : file.sha256;
    case "link":
      return `to ${file.target}`;
    case "folder":
      return "folder";
  }
}
