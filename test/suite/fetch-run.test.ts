import { readFile } from "node:fs/promises";
import path from "node:path";
import { toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { hintText } from "@same-kit/shared";
import { expect, test } from "vitest";
import { AppClient } from "../../toolkit/src/adapters/app/app-client.ts";
import { RunRecords } from "../../toolkit/src/adapters/records/run-records.ts";
import { fetchRun } from "../../toolkit/src/usecases/fetch-run.ts";
import { describeLeftRuns } from "../../toolkit/src/usecases/run/unfinished-runs.ts";
import { runDeps } from "../helpers/run-deps.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { runRecord } from "../helpers/run-record.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";

const app = useRunHost();

const { signal } = new AbortController();
const step = (name: string, code: string, cells?: { number: number; lines: number }[]) => ({
  name,
  code: toUrlSafeBase64(Buffer.from(code)),
  sources: { "same.yaml": "" },
  ...(cells && { cells }),
});

const start = (id: string, steps: ReturnType<typeof step>[]) =>
  new AppClient({ address: app.address, fetch }).start({ steps }, { runId: id, signal });

async function fetchInto(folder: string, id: string, isNamed = true) {
  const deps = runDeps(folder);
  const where = { address: isNamed ? app.address : null, accessKey: app.address.accessKey };
  return fetchRun({ id, stateDir: folder, ...where, savesLargeSession: true }, deps);
}

const readNotebook = async (file: string | null) => {
  const { cells } = JSON.parse(await readFile(file as string, "utf8")) as {
    cells: { source: string | string[]; metadata: { tags?: string[] }; outputs?: { text?: string[] }[] }[];
  };
  return cells.map(({ source, outputs = [], metadata: { tags } }) => [
    [source].flat().join(""),
    tags ?? [],
    outputs.flatMap(({ text = [] }) => text).join(""),
  ]);
};

test("a run of an upstream client is awaited and produces the same files as our own run, with a notebook of its steps", async () => {
  const folder = await makeTempDir();
  await start("up-1", [
    step("same_step_000", "x = 1\nprint(x)"),
    step("same_step_001", "open('made.txt', 'w').write('y')\nprint(x + 1)"),
  ]);
  const summary = await fetchInto(folder, "up-1");
  expect(summary).toMatchObject({ id: "up-1", status: "completed", warnings: [], failure: null });
  expect(summary.variables).toMatchObject([{ name: "x", repr: "1" }]);
  expect(await readNotebook(summary.results.notebook)).toEqual([
    ["x = 1\nprint(x)", [], "1\n"],
    ["open('made.txt', 'w').write('y')\nprint(x + 1)", ["same_step_1"], "2\n"],
  ]);
  expect(summary.files.files).toEqual([{ path: "made.txt", sizeBytes: 1, step: "same_step_001" }]);
  expect(summary.session).toEqual({ file: path.join(summary.record, "session.dill") });
  expect(await readFile(summary.results.report as string, "utf8")).toContain("same_step_001");
});

test("a run still recorded as running is fetched from its app, with the outputs of each cell and the failure", async () => {
  const folder = await makeTempDir();
  // Large enough for the app to keep it as a blob.
  const code = `print(1)\n#${"x".repeat(70_000)}\n1 / 0`;
  await start("left-1", [
    step("same_step_000", code, [
      { number: 2, lines: 2 },
      { number: 4, lines: 1 },
    ]),
  ]);
  const records = new RunRecords(folder);
  const request = { steps: [] };
  const left = { id: "left-1", appUrl: app.host.url, steps: ["same_step_000"], hostPid: 2 ** 22 + 1 };
  await records.create(runRecord({ ...left, state: "running" }), request, { "source.ipynb": SOURCE });
  expect((await describeLeftRuns(records)).map((text) => hintText(text))).toEqual([
    `The client of the earlier run left-1 on ${app.host.url} exited before the run ended; \`same-kit fetch left-1\` downloads its results.`,
  ]);
  const summary = await fetchInto(folder, "left-1", false);
  expect(summary).toMatchObject({ status: "failed", failure: { step: "same_step_000", cell: { number: 4, line: 1 } } });
  expect(await readNotebook(summary.results.notebook)).toEqual([
    ["# Title", [], ""],
    ["print(1)", [], "1\n"],
    ["# More", [], ""],
    ["1 / 0", [], ""],
  ]);
  expect((await records.find("left-1"))?.record.state).toBe("failed");
  expect(await describeLeftRuns(records)).toEqual([]);
});

const markdown = (source: string) => ({ cell_type: "markdown", source, metadata: {}, outputs: [] });
const codeCell = (source: string) => ({ ...markdown(source), cell_type: "code", execution_count: null });
const SOURCE = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 4,
  metadata: {},
  cells: [markdown("# Title"), codeCell("print(1)"), markdown("# More"), codeCell("1 / 0")],
});

test("an unknown ID and an invalid ID are rejected", async () => {
  const folder = await makeTempDir();
  await expect(fetchInto(folder, "gone-1")).rejects.toMatchObject({ code: "ERR_RUN_UNKNOWN" });
  await expect(fetchInto(folder, "../gone")).rejects.toMatchObject({ code: "ERR_USAGE" });
  await expect(fetchInto(folder, "gone-1", false)).rejects.toMatchObject({ code: "ERR_USAGE" });
  expect(await new RunRecords(folder).list()).toEqual([]);
});
