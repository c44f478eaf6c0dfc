import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll } from "vitest";
import { type LocalHost, startLocal } from "../../local/src/index.ts";
import { bootOnLocalHost, type MiniAzure, startMiniAzure, trustMiniAzure } from "../../rehearsal/src/index.ts";
import { createLogger } from "../../shared/src/index.ts";
import { type AppAddress, parseAppAddress } from "../../toolkit/src/adapters/app/app-address.ts";
import { createEmulator } from "../../toolkit/src/adapters/local/emulator.ts";
import type { CacheMode } from "../../toolkit/src/notebook/cache-wishes.ts";
import { NO_PARAMETERS } from "../../toolkit/src/notebook/parameters.ts";
import { localRun, remoteRun } from "../../toolkit/src/usecases/local-run.ts";
import { remoteResume } from "../../toolkit/src/usecases/remote-resume.ts";
import type { RunSummary } from "../../toolkit/src/usecases/run/run-summary.ts";
import { dirsOfFile } from "./dirs-of-file.ts";
import { runDeps } from "./run-deps.ts";

const LAUNCHER = path.resolve("bin/same-kit.cjs");

/** A host as `local up` leaves one, and an app as `up --rehearse` deploys it. */
export type Place = "local" | "deployed";

export const PLACES: readonly Place[] = ["local", "deployed"];

export type BothPlaces = {
  /** Runs the notebook of a folder with `local run` or `run`, from a copy of it. */
  run(place: Place, folder: string): Promise<PlacedRun>;
  /** The same in the folder itself. */
  runIn(place: Place, folder: string, location: string, options?: { cache?: CacheMode }): Promise<RunSummary>;
  /** `resume` on the deployed app, of a run that `runIn` left in the folder. */
  resumeDeployed(folder: string, id: string, wishes: { from?: string; only?: string }): Promise<RunSummary>;
  /** The host of the deployed app: its histories and storage account, which only the app can read in the cloud. */
  readonly site: Pick<LocalHost, "client" | "hubName" | "storage">;
};

/** One host and one deployment for all tests of a file. */
export function useBothPlaces(): BothPlaces {
  const newDir = dirsOfFile();
  const [hostDir, cloudDir] = [newDir(), newDir()];
  let host: LocalHost;
  let mini: MiniAzure;
  let site: LocalHost;
  let address: AppAddress;
  beforeAll(async () => {
    host = await startLocal({
      stateDir: path.join(hostDir, ".same-kit"),
      port: 0,
      storage: { kind: "none" },
      onLog: () => {},
    });
    ({ mini, address } = await deploy(cloudDir, (booted) => {
      site = booted;
    }));
  });
  afterAll(async () => {
    await Promise.all([host?.stop(), mini?.stop()]);
  });
  const runIn: BothPlaces["runIn"] = (place, folder, location, { cache = "tags" } = {}) => {
    const deps = { ...runDeps(folder), emulator: createEmulator() };
    const options = {
      location,
      cache,
      stateDir: null,
      sameEnv: null,
      files: null,
      upstreamMagics: false,
      parameters: NO_PARAMETERS,
      timeoutMs: null,
      isVerbose: false,
      savesLargeSession: true,
    };
    if (place === "deployed") return remoteRun({ ...options, address }, deps);
    // The running host is found in the folder where the command is called.
    return localRun({ ...options, ...ANY_HOST }, { ...deps, cwd: hostDir });
  };
  const resumeDeployed: BothPlaces["resumeDeployed"] = (folder, id, { from = null, only = null }) => {
    const stateDir = path.join(folder, ".same-kit");
    const options = { timeoutMs: null, isVerbose: false, savesLargeSession: true, accessKey: null };
    return remoteResume({ ...options, id, stateDir, address, from, only }, runDeps(folder));
  };
  return {
    runIn,
    resumeDeployed,
    async run(place, folder) {
      const copy = path.join(newDir(), path.basename(folder));
      await cp(folder, copy, { recursive: true });
      return readRun(copy, await runIn(place, copy, copy));
    },
    get site() {
      return site;
    },
  };
}

const ANY_HOST = { port: null, storage: null, python: null, keep: false };

const REHEARSED = path.join(".same-kit", "env", "dev.rehearsal");

/** Deploys as a user does, and keeps the cloud, which would otherwise end with the command. */
async function deploy(cwd: string, onBoot: (site: LocalHost) => void) {
  const sameKit = async (...args: string[]) => {
    const { stdout } = await execa(process.execPath, [LAUNCHER, ...args], { cwd, stdin: "ignore", env: { CI: "1" } });
    return stdout;
  };
  await sameKit("up", "--rehearse", "--json");
  const named = await sameKit("outputs", "--rehearse", "--show-key");
  const onLog = () => {};
  // At its first request.
  const startSite: typeof startLocal = async (options) => {
    const site = await startLocal(options);
    onBoot(site);
    return site;
  };
  const mini = await startMiniAzure({
    folder: path.join(cwd, REHEARSED, "mini-azure"),
    bootSite: bootOnLocalHost(startSite, path.join(cwd, REHEARSED, "sites"), { kind: "none" }),
    onLog,
    log: createLogger(onLog, "mini-azure"),
  });
  trustMiniAzure(mini);
  return { mini, address: parseAppAddress(named, { useHttp: false, accessKey: null }) };
}

/** The results of a run, without what differs between two runs of the same notebook: times, IDs and places. */
export type PlacedRun = {
  summary: RunSummary;
  notebookFile: string;
  notebook: NotebookJson;
  /** `--json`. */
  json: unknown;
  /** Contents in base64, by path. */
  files: Record<string, string>;
};

type OutputJson = {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
};
export type NotebookJson = { cells: { cell_type: string; outputs?: OutputJson[] }[] };

async function readRun(folder: string, summary: RunSummary): Promise<PlacedRun> {
  const notebookFile = summary.results.notebook as string;
  const places: NamedText[] = [
    [summary.id, "RUN"],
    [path.dirname(folder), "FOLDER"],
    [summary.host.url, "URL"],
  ];
  return {
    summary,
    notebookFile,
    notebook: comparable(JSON.parse(await readFile(notebookFile, "utf8")), places) as NotebookJson,
    json: comparable(summary, places),
    files: await readFolder(summary.files.folder),
  };
}

async function readFolder(folder: string | null): Promise<Record<string, string>> {
  if (folder === null) return {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((it) => it.isFile()).map((it) => path.join(it.parentPath, it.name));
  const contents = paths
    .sort()
    .map(async (file) => [path.relative(folder, file), (await readFile(file)).toString("base64")]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

type NamedText = [text: string, name: string];

/** Properties that are times, or belong to one place. */
const DIFFERING = new Set([
  "execution",
  "duration_ms",
  "started_at",
  "startedAt",
  "durationMs",
  "codeMs",
  "stateDir",
  "host",
  "executable",
]);

const DIFFERING_TEXTS: readonly [RegExp, string][] = [
  // The memory address of an object.
  [/\b0x[0-9a-f]+\b/g, "0x"],
  [/\/\S*\/same-kit-step-\w+\/work/g, "WORKSPACE"],
  // An environment belongs to one interpreter.
  [/\brequirements:[0-9a-f]+/g, "requirements:ID"],
  // Elements of a page.
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "UUID"],
];

function comparable(value: unknown, places: readonly NamedText[]): unknown {
  if (typeof value === "string") return comparableText(value, places);
  if (Array.isArray(value)) return value.map((item) => comparable(item, places));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !DIFFERING.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, comparable(item, places)]));
}

function comparableText(value: string, places: readonly NamedText[]): string {
  const named = places.reduce((text, [found, name]) => text.replaceAll(found, name), value);
  return DIFFERING_TEXTS.reduce((text, [found, name]) => text.replaceAll(found, name), named);
}
