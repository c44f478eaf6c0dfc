import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { AppClient } from "../../toolkit/src/adapters/app/app-client.ts";
import type { CacheMode } from "../../toolkit/src/notebook/cache-wishes.ts";
import { NO_PARAMETERS } from "../../toolkit/src/notebook/parameters.ts";
import { remoteRun } from "../../toolkit/src/usecases/local-run.ts";
import { runDeps } from "../helpers/run-deps.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { notebookText } from "../helpers/run-results.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";

const app = useRunHost();

type Cell = [source: string, ...tags: string[]];

async function openNotebook() {
  const folder = await makeTempDir();
  const deps = runDeps(folder);
  const location = path.join(folder, "nb.ipynb");
  const { address } = app;
  const more = { stateDir: null, sameEnv: null, files: null, upstreamMagics: false, parameters: NO_PARAMETERS };
  const write = (cells: readonly Cell[]) => {
    const toCell = ([source, ...tags]: Cell) => ({ cell_type: "code" as const, source, metadata: { tags } });
    return writeFile(location, notebookText(cells.map(toCell)));
  };
  const run = (cache: CacheMode) =>
    remoteRun({ ...more, location, address, cache, timeoutMs: null, isVerbose: false, savesLargeSession: true }, deps);
  return { folder, write, run };
}

const STEP_1 = "same_step_1";

/** A step that records each of its runs, outside the workspace. */
const noted = (file: string, code: string) => `print(1, file=open(${JSON.stringify(file)}, "a"))\n${code}`;

test("with --cache, unchanged steps come from the cache with all their results, even after a purge", async () => {
  const notebook = await openNotebook();
  const log = path.join(app.stateDir, "ran.txt");
  await writeFile(path.join(notebook.folder, "data.csv"), "1,2");
  const first: Cell = [
    noted(log, "rows = open('data.csv').read()\nopen('made.txt', 'w').write(rows)\nprint('read', rows)"),
  ];
  await notebook.write([first, [noted(log, "n = len(rows)"), STEP_1]]);
  const ran = await notebook.run("all");
  expect(ran.steps.map(({ cache }) => cache?.why)).toEqual(Array(2).fill("the cache has no result for it"));
  await app.host.client.purge(ran.id);

  const cached = await notebook.run("all");
  expect(cached).toMatchObject({ status: "completed", variables: ran.variables, warnings: [] });
  expect(cached.steps.map(({ cache }) => cache)).toMatchObject(Array(2).fill({ isHit: true, runId: ran.id }));
  expect(cached.steps.map(({ output }) => output)).toEqual(ran.steps.map(({ output }) => output));
  expect(await readFile(log, "utf8")).toBe("1\n1\n");
  expect(await readFile(path.join(cached.record, "files", "made.txt"), "utf8")).toBe("1,2");
  expect(await readFile(cached.results.report as string, "utf8")).toContain(">cached</span>");
  expect(await readFile(cached.results.notebook as string, "utf8")).toContain(`"cached_from": "${ran.id}"`);

  // A file that a later step reads is new, but the earlier step is unchanged.
  await writeFile(path.join(notebook.folder, "data.csv"), "1,2,3");
  await notebook.write([first, [noted(log, "n = len(rows) + 1"), STEP_1]]);
  const changed = await notebook.run("all");
  expect(changed.steps.map(({ cache }) => cache?.why)).toEqual(["data.csv has changed", "its code has changed"]);
  expect(changed.variables.find(({ name }) => name === "n")?.repr).toBe("6");
});

test("without --cache, only tagged steps come from the cache, and with --no-cache they run too", async () => {
  const notebook = await openNotebook();
  await notebook.write([
    ["a = 1", "cache=PT1H"],
    ["b = 2", STEP_1, "cache=P0D"],
  ]);
  const client = new AppClient({ address: app.address, fetch });
  const { signal } = new AbortController();
  await client.clearCache(signal);
  const [, second, third] = [await notebook.run("tags"), await notebook.run("tags"), await notebook.run("none")];
  expect(second.steps.map(({ cache }) => cache?.isHit)).toEqual([true, undefined]);
  expect(third.steps.map(({ cache }) => cache)).toEqual([null, null]);

  // After clearing the cache, the app runs it again.
  const { sizeBytes, oldestAt, newestAt } = await client.cache(signal);
  expect(oldestAt).toBe(newestAt);
  expect(await client.clearCache(signal)).toEqual({ results: 1, freedBytes: sizeBytes });
  expect(await client.cache(signal)).toMatchObject({ results: 0, sizeBytes: 0 });
  expect((await notebook.run("tags")).steps[0]?.cache?.isHit).toBe(false);
});
