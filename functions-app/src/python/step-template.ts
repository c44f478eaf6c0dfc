import type { ChildProcess } from "node:child_process";
import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { forkGuardian, type Guardian, type StepProcessOptions, setRefs, spawnRunner } from "./guardian.ts";
import { readJsonLines } from "./json-lines.ts";

type Report =
  | { kind: "template"; path: string; loaded: string[]; installed: Record<string, string> }
  | { kind: "template"; unsafe: true };

/** A process that has preloaded Python, dill and some packages, and forks guardians: runner/same_runner/template.py. */
export class StepTemplate {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #ready: Promise<boolean>;
  #path: string | undefined;
  #installed: Record<string, string> = {};
  #isUnsafe = false;

  /** @param modules - The packages to preload. */
  constructor(
    options: StepProcessOptions,
    readonly modules: readonly string[],
  ) {
    const child = spawnRunner("template", options, modules);
    this.#child = child;
    child.stdin!.on("error", () => {});
    child.stderr!.resume();
    this.#exited = new Promise((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
    this.#ready = new Promise((resolve) => {
      void this.#exited.then(() => resolve(false));
      readJsonLines(child.stdio[3] as Readable, (value) => {
        const report = value as Report;
        if ("unsafe" in report) this.#isUnsafe = true;
        else {
          this.#path = report.path;
          this.#installed = report.installed;
        }
        resolve(this.canFork);
      });
    });
    setRefs([child, ...child.stdio], false);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  get canFork(): boolean {
    return this.isAlive && this.#path !== undefined;
  }

  /** Packages were installed or removed since it preloaded its own. */
  get isStale(): boolean {
    return Object.entries(this.#installed).some(([folder, time]) => modifiedNs(folder) !== time);
  }

  /** Its packages do not work in a fork. */
  get isUnsafe(): boolean {
    return this.#isUnsafe;
  }

  /** Resolves once it is known whether the template can fork, with the answer. */
  get ready(): Promise<boolean> {
    return this.#ready;
  }

  fork(): Guardian {
    if (this.#path === undefined) throw new Error("The template is not ready.");
    return forkGuardian(this.#path);
  }

  /** Ends it and removes its folder; the processes that it forked continue. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#exited;
  }
}

function modifiedNs(folder: string): string | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs.toString();
}
