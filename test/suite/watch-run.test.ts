import { writeFile } from "node:fs/promises";
import path from "node:path";
import { hintText } from "@same-kit/shared";
import { expect, test } from "vitest";
import { NO_PARAMETERS } from "../../toolkit/src/notebook/parameters.ts";
import type { RunSummary } from "../../toolkit/src/usecases/run/run-summary.ts";
import { watchRun } from "../../toolkit/src/usecases/watch-run.ts";
import { FakeEmulator, runningHost } from "../helpers/fake-emulator.ts";
import { recordingView } from "../helpers/recording-view.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { stepsNotebook } from "../helpers/steps-notebook.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";

const app = useRunHost({ appSettings: {} });

const { signal } = new AbortController();

/** Watches a notebook through these saves, each with the sources of its steps; returns what every run kept, and the last variables. */
async function watchThrough(saves: readonly (readonly string[] | { text: string })[]) {
  const folder = await makeTempDir();
  const file = path.join(folder, "nb.ipynb");
  const save = (saved: (typeof saves)[number]) => writeFile(file, "text" in saved ? saved.text : stepsNotebook(saved));
  const [first = [], ...later] = saves;
  await save(first);
  const summaries: RunSummary[] = [];
  const warnings: string[] = [];
  const emulator = new FakeEmulator();
  const { url, hubName } = app.host;
  emulator.hosts.set(path.join(folder, ".same-kit"), [runningHost({ url, hubName })]);
  const watched: (readonly string[])[] = [];
  await watchRun(
    {
      location: file,
      stateDir: null,
      sameEnv: null,
      files: [],
      upstreamMagics: false,
      cache: "tags" as const,
      parameters: NO_PARAMETERS,
      port: null,
      storage: null,
      python: null,
      keep: false,
      timeoutMs: null,
      isVerbose: false,
      savesLargeSession: true,
    },
    {
      cwd: folder,
      env: {},
      emulator,
      fetch,
      view: recordingView(),
      warn: (text) => warnings.push(hintText(text)),
      signal,
      leaveNow: signal,
      async *changes(files) {
        watched.push(files.map((it) => path.relative(folder, it)));
        for (const saved of later) {
          await save(saved);
          yield;
        }
      },
      onEnded: (summary) => summaries.push(summary),
    },
  );
  const runs = summaries.map(({ status, steps }) => [status, steps.map(({ keptFrom }) => keptFrom !== null)]);
  const values = Object.fromEntries(summaries.at(-1)?.variables.map(({ name, repr }) => [name, repr]) ?? []);
  return { runs, values, warnings, watched };
}

test("each save runs the notebook from its first changed step, and a save without changes runs nothing", async () => {
  const { runs, values, watched } = await watchThrough([
    ["a = [1]", "b = a + [2]"],
    ["a = [1]", "b = a + [2]"],
    ["a = [1]", "b = a + [3]"],
    ["a = [1]", "b = a + [3]", "1 / 0"],
    ["a = [1]", "b = a + [3]", "c = b + [4]"],
  ]);
  expect(runs).toEqual([
    ["completed", [false, false]],
    ["completed", [true, false]],
    ["failed", [true, true, false]],
    ["completed", [true, true, false]],
  ]);
  expect(values).toMatchObject({ b: "[1, 3]", c: "[1, 3, 4]" });
  expect(watched).toEqual([["nb.ipynb", "same.yaml"]]);
});

test("an unreadable save leads to a warning, and the next save continues from the last run", async () => {
  const { runs, warnings } = await watchThrough([["a = 1", "b = 2"], { text: '{"cells": [' }, ["a = 1", "b = 3"]]);
  expect(runs).toEqual([
    ["completed", [false, false]],
    ["completed", [true, false]],
  ]);
  expect(warnings).toEqual([expect.stringContaining("nb.ipynb")]);
});
