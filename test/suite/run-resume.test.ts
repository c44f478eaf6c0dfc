import { readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { hintText } from "@same-kit/shared";
import { expect, test } from "vitest";
import { NO_PARAMETERS } from "../../toolkit/src/notebook/parameters.ts";
import { remoteRun } from "../../toolkit/src/usecases/local-run.ts";
import { remoteResume } from "../../toolkit/src/usecases/remote-resume.ts";
import { runDeps } from "../helpers/run-deps.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { stepsNotebook } from "../helpers/steps-notebook.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";

const app = useRunHost();

type Wishes = { from?: string; only?: string };

/** A notebook in a folder, each cell a step; it is run and continued on the host only through the app's API. */
async function openNotebook() {
  const folder = await makeTempDir();
  const warnings: string[] = [];
  const warn = (text: Parameters<typeof hintText>[0]) => void warnings.push(hintText(text));
  const deps = { ...runDeps(folder), warn };
  const { address } = app;
  const common = { timeoutMs: null, isVerbose: false, savesLargeSession: true };
  const location = path.join(folder, "nb.ipynb");
  const write = (sources: readonly string[], title = false) => writeFile(location, stepsNotebook(sources, { title }));
  const more = {
    stateDir: null,
    sameEnv: null,
    files: null,
    upstreamMagics: false,
    cache: "tags" as const,
    parameters: NO_PARAMETERS,
  };
  return {
    folder,
    warnings,
    view: deps.view,
    write,
    run: () => remoteRun({ ...common, ...more, location, address }, deps),
    resume: (id: string, { from, only }: Wishes = {}) =>
      remoteResume(
        {
          ...common,
          id,
          stateDir: path.join(folder, ".same-kit"),
          address: null,
          accessKey: address.accessKey,
          from: from ?? null,
          only: only ?? null,
        },
        deps,
      ),
  };
}

const read = (file: string | null) => readFile(file as string, "utf8");
const valuesOf = (summary: { variables: readonly { name: string; repr: string }[] }) =>
  Object.fromEntries(summary.variables.map(({ name, repr }) => [name, repr]));

// The number of its runs is in a file outside the workspace.
const count = (file: string, step: string) =>
  `print("ran ${step}", file=open(${JSON.stringify(file)}, "a"))\nprint("out of ${step}")`;

test("a failed run continues from its failed step with the edited notebook, in the state before that step", async () => {
  const notebook = await openNotebook();
  const log = path.join(app.stateDir, "ran-1.txt");
  const first = `${count(log, "a")}\nimport random\nrandom.seed(7)\nrows = open("data.csv").read()\nopen("made.txt", "w").write(rows)`;
  await writeFile(path.join(notebook.folder, "data.csv"), "1,2");
  await notebook.write([first, `${count(log, "b")}\ndrawn = random.random()\n1 / 0`]);
  const failed = await notebook.run();
  expect(failed).toMatchObject({ status: "failed", failure: { step: "same_step_001" } });

  // With an additional heading, so that the cells have other numbers.
  await notebook.write([first, `${count(log, "b")}\ndrawn = random.random()\ntext = open("made.txt").read()`], true);
  const summary = await notebook.resume(failed.id);
  expect(summary).toMatchObject({ status: "completed", warnings: [] });
  expect(summary.steps.map(({ name, keptFrom }) => [name, keptFrom])).toEqual([
    ["same_step_000", failed.id],
    ["same_step_001", null],
  ]);
  // Python's random.Random(7).random().
  expect(valuesOf(summary)).toMatchObject({ rows: "'1,2'", text: "'1,2'", drawn: "0.32383276483316237" });
  expect(await read(log)).toBe("ran a\nran b\nran b\n");
  const { cells } = JSON.parse(await read(summary.results.notebook)) as {
    cells: { outputs?: { text?: string[] }[] }[];
  };
  expect(cells.map(({ outputs = [] }) => outputs.flatMap(({ text = [] }) => text))).toEqual([
    [],
    ["out of a\n"],
    ["out of b\n"],
  ]);
  expect(await read(path.join(summary.record, "files", "made.txt"))).toBe("1,2");
  expect(await read(summary.results.report)).toContain(">kept</span>");

  // The new run does not depend on the earlier one.
  await app.host.client.purge(failed.id);
  const again = await notebook.resume(summary.id, { from: "1" });
  expect([again.status, valuesOf(again)["text"]]).toEqual(["completed", "'1,2'"]);
  expect(again.steps[0]).toMatchObject({ status: "completed", keptFrom: failed.id, output: { stdout: "out of a\n" } });
});

test("a completed run continues from the first changed step, and --only runs a single step", async () => {
  const notebook = await openNotebook();
  const log = path.join(app.stateDir, "ran-2.txt");
  await notebook.write([`${count(log, "a")}\na = 1`, `${count(log, "b")}\nb = a + 1`, `${count(log, "c")}\nc = b + 1`]);
  const whole = await notebook.run();
  await expect(notebook.resume(whole.id)).rejects.toMatchObject({ code: "ERR_RUN_UNCHANGED" });

  await notebook.write([
    `${count(log, "a")}\na = 1`,
    `${count(log, "b")}\nb = a + 10`,
    `${count(log, "c")}\nc = b + 1`,
  ]);
  const only = await notebook.resume(whole.id, { only: "1" });
  expect([only.status, valuesOf(only)]).toEqual(["completed", expect.objectContaining({ a: "1", b: "11" })]);
  const changed = await notebook.resume(whole.id);
  expect(valuesOf(changed)).toMatchObject({ a: "1", b: "11", c: "12" });
  // A third run keeps its second step; a step that was already kept is attributed to the run that has its session.
  const rest = await notebook.resume(changed.id, { from: "same_step_002" });
  const all = await notebook.resume(rest.id, { from: "1" });
  expect([valuesOf(rest)["c"], valuesOf(all)["c"]]).toEqual(["12", "12"]);
  expect(
    (await read(log))
      .split("\n")
      .map((line) => line.slice(-1))
      .join(""),
  ).toBe("abcbbccbc");
});

test("a step appended to a completed run has the session from the result", async () => {
  const notebook = await openNotebook();
  await notebook.write(["a = [1]", "b = a"]);
  const whole = await notebook.run();
  await notebook.write(["a = [1]", "b = a", "b.append(2)"]);
  const summary = await notebook.resume(whole.id);
  expect(summary.steps.map(({ keptFrom }) => keptFrom)).toEqual([whole.id, whole.id, null]);
  expect(valuesOf(summary)).toMatchObject({ a: "[1, 2]" });
});

test("files that have changed since the run are reported, as the steps use those of the kept steps", async () => {
  const notebook = await openNotebook();
  const data = path.join(notebook.folder, "data.csv");
  await writeFile(data, "old");
  await notebook.write(["pass", "text = open('data.csv').read()\n1 / 0"]);
  const failed = await notebook.run();
  await writeFile(data, "new");
  await utimes(data, new Date(), new Date(Date.now() + 1000));
  await notebook.write(["pass", "text = open('data.csv').read()"]);
  const summary = await notebook.resume(failed.id);
  expect(valuesOf(summary)).toMatchObject({ text: "'old'" });
  expect(notebook.warnings).toEqual([
    `data.csv has changed since the run ${failed.id}: the steps find it as the kept steps left it.`,
  ]);
});

test("a purged run cannot be continued, and the error says so", async () => {
  const notebook = await openNotebook();
  await notebook.write(["a = 1", "1 / 0"]);
  const failed = await notebook.run();
  await app.host.client.purge(failed.id);
  await expect(notebook.resume(failed.id)).rejects.toMatchObject({ code: "ERR_RUN_UNKNOWN" });
});
