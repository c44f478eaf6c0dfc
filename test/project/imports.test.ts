import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

// The directions of docs/architecture.md: what a folder's code and types may import besides its own and its workspace's single
// files. A name that ends in `.ts` is only that file.
const ALLOWED: Record<string, readonly string[]> = {
  "toolkit/cli": ["commands", "deployment", "config", "ui", "LOCAL"],
  "toolkit/commands": ["compose", "reports", "usecases", "deployment", "adapters", "config", "ui", "LOCAL"],
  "toolkit/reports": ["usecases", "results", "deployment", "config", "ui"],
  "toolkit/compose": ["usecases", "deployment", "packaging", "adapters", "ui", "LOCAL", "REHEARSAL"],
  "toolkit/usecases": [
    "deployment",
    "packaging",
    "notebook",
    "results",
    "adapters",
    "config",
    "ui",
    "LOCAL",
    "REHEARSAL",
    "CONTRACT",
  ],
  "toolkit/deployment": ["adapters", "LOCAL", "REHEARSAL"],
  "toolkit/packaging": ["LOCAL"],
  "toolkit/results": ["CONTRACT"],
  "toolkit/notebook": ["LOCAL", "CONTRACT"],
  "toolkit/adapters": ["LOCAL", "CONTRACT", "PYTHON"],
  "toolkit/ui": ["config", "LOCAL"],
  "toolkit/config": [],
  "functions-app/functions": ["pipeline", "steps", "contract"],
  "functions-app/pipeline": ["contract"],
  "functions-app/outputs": ["contract"],
  "functions-app/steps": ["outputs", "python", "contract"],
  "functions-app/python": [],
  "functions-app/contract": [],
  "local/emulator":
    "azurite bindings engine events host hostile inspector management process replay shared state storage telemetry timers worker".split(
      " ",
    ),
  "local/hostile": ["engine"],
  "local/replay": ["engine", "storage"],
  "local/testing": "bindings emulator engine events host hostile replay shared storage worker".split(" "),
  "local/azurite": ["process", "shared", "state"],
  "local/bindings": ["storage", "host", "worker", "shared"],
  "local/timers": ["host", "shared"],
  "local/events": [],
  "local/host": ["events", "worker", "engine/ports.ts", "telemetry", "shared"],
  "local/worker": ["process", "shared"],
  "local/management": ["engine", "telemetry", "shared"],
  "local/inspector": ["engine", "events", "management", "telemetry", "shared"],
  "local/engine": ["storage", "telemetry", "shared"],
  "local/engine/history": ["storage", "telemetry", "shared"],
  "local/engine/taskhub": ["storage", "shared"],
  "local/engine/messages": ["engine/taskhub", "engine/history", "storage", "shared"],
  "local/engine/leases": ["engine/taskhub", "storage", "shared"],
  "local/engine/tracking": ["engine/taskhub", "engine/history", "storage", "shared"],
  "local/engine/delivery": ["engine/messages", "engine/history", "shared"],
  "local/engine/orchestrations": [
    "engine/delivery",
    "engine/history",
    "engine/messages",
    "engine/tracking",
    "engine/taskhub",
    "telemetry",
    "shared",
  ],
  "local/engine/entities": ["engine/orchestrations", "engine/messages", "engine/history", "telemetry", "shared"],
  "local/engine/activities": ["engine/delivery", "engine/history", "engine/messages", "telemetry", "shared"],
  "local/storage": ["shared"],
  "local/state": ["process", "shared"],
  "local/process": ["shared"],
  "local/telemetry": [],
  "local/shared": [],
  "rehearsal/drills": ["arm", "scm", "http"],
  "rehearsal/scm": ["arm", "http", "site"],
  "rehearsal/site": ["http", "LOCAL"],
  "rehearsal/arm": ["http"],
  "rehearsal/http": [],
  "rehearsal/provider": [],
  shared: [],
};

// The only files through which one workspace may import another.
const SHARED = "@same-kit/shared"; // Importable by all, and imports none.
const ENTRANCES: Record<string, string> = {
  "@same-kit/local": "LOCAL",
  "@same-kit/rehearsal": "REHEARSAL",
  "@same-kit/functions-app/contract": "CONTRACT",
  "@same-kit/functions-app/python": "PYTHON",
};

type Import = { from: string; folder: string; to: string };

const files = globSync("{toolkit,functions-app,local,rehearsal,shared}/src/**/*.ts");

/** `local/engine/history`, `toolkit/ui`; null for a file outside any folder, such as `errors.ts`. */
function folderOf(file: string): string | null {
  const [workspace = "", , ...rest] = file.split("/");
  const isEnginePart = rest[0] === "engine" && rest.length > 2;
  if (workspace === "shared") return workspace;
  if (rest.length < 2) return null;
  return [workspace, ...rest.slice(0, isEnginePart ? 2 : 1)].join("/");
}

/** Our own files and workspaces that a file imports, for values or types. */
function specifiersIn(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const statements = text.matchAll(/^(?:import|export)\s[^;"]*?from\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm);
  const specifiers = [...statements].map(([, named, dynamic]) => named ?? dynamic ?? "");
  return specifiers.filter((specifier) => specifier.startsWith(".") || specifier.startsWith("@same-kit/"));
}

function listImports(file: string): Import[] {
  const folder = folderOf(file);
  return folder === null ? [] : specifiersIn(file).map((to) => ({ from: file, folder, to }));
}

function isAllowed({ from, folder, to }: Import): boolean {
  const allowed = ALLOWED[folder] ?? [];
  if (to === SHARED) return folder !== "shared";
  if (to.startsWith("@")) return allowed.includes(ENTRANCES[to] ?? "");
  const target = path.posix.join(path.posix.dirname(from), to);
  const workspace = folder.split("/", 1)[0] as string;
  if (!target.startsWith(`${workspace}/src/`)) return false;
  const targetFolder = folderOf(target);
  if (allowed.some((it) => target === `${workspace}/src/${it}`)) return true;
  if (targetFolder === null || targetFolder === folder) return true;
  // Files directly in `engine` are shared by its parts, and compose them.
  if (targetFolder === "local/engine" && folder.startsWith("local/engine/")) return true;
  if (folder === "local/engine" && targetFolder.startsWith("local/engine/")) return true;
  const name = targetFolder.slice(workspace.length + 1);
  return allowed.some((it) => name === it || name.startsWith(`${it}/`));
}

const imports = files.flatMap(listImports);

test("imports follow the directions between folders", () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(imports.filter((it) => !isAllowed(it)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test("the directions contain no cycle", () => {
  const leadsTo = (folder: string, seen: readonly string[] = []): string[] => {
    if (seen.includes(folder)) return [[...seen, folder].join(" → ")];
    const workspace = folder.split("/", 1)[0] as string;
    const next = (ALLOWED[folder] ?? []).map((name) => `${workspace}/${name}`).filter((name) => name in ALLOWED);
    return next.flatMap((name) => leadsTo(name, [...seen, folder]));
  };
  expect(Object.keys(ALLOWED).flatMap((folder) => leadsTo(folder))).toEqual([]);
});

test("files do not import each other in a cycle, not even for types", () => {
  const next = Map.groupBy(
    files.flatMap((file) =>
      specifiersIn(file).map((to) => ({ file, to: path.posix.join(path.posix.dirname(file), to) })),
    ),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const findCircle = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [[...way.slice(way.indexOf(file)), file].join(" → ")];
    if (done.has(file)) return [];
    const found = (next.get(file) ?? []).flatMap(({ to }) => findCircle(to, [...way, file]));
    done.add(file);
    return found;
  };
  expect(files.flatMap((file) => findCircle(file, []))).toEqual([]);
});

test("every source folder has its directions", () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== null));
  expect([...folders].filter((folder) => !(folder in ALLOWED))).toEqual([]);
});

test.each([
  ["local/src/engine/leases/a.ts", "../../host/host.ts"],
  ["local/src/engine/history/a.ts", "../tracking/history-table.ts"],
  ["local/src/shared/a.ts", "../process/supervise.ts"],
  ["toolkit/src/notebook/a.ts", "../usecases/up.ts"],
  ["toolkit/src/usecases/a.ts", "../../../local/src/host/host.ts"],
  ["toolkit/src/ui/a.ts", "@same-kit/functions-app/python"],
  ["functions-app/src/pipeline/a.ts", "@same-kit/local"],
  ["shared/src/a.ts", "../../local/src/process/supervise.ts"],
])("%s may not import %s", (from, to) => {
  expect(isAllowed({ from, folder: folderOf(from) as string, to })).toBe(false);
});
