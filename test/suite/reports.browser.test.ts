import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { NO_PARAMETERS } from "../../toolkit/src/notebook/parameters.ts";
import { remoteRun } from "../../toolkit/src/usecases/local-run.ts";
import { remoteResume } from "../../toolkit/src/usecases/remote-resume.ts";
import { openBrowser, openPage } from "../helpers/chromium.ts";
import { docImage } from "../helpers/doc-image.ts";
import { runDeps } from "../helpers/run-deps.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { notebookText } from "../helpers/run-results.ts";
import { stepsNotebook } from "../helpers/steps-notebook.ts";
import { makeTempDirWith } from "../helpers/temp-dir.ts";

// Reports of real runs in a browser, as shown in docs/resume.md, docs/cache.md and docs/same-yaml.md.
const app = useRunHost();

const LOAD =
  "import csv\nrows = list(csv.DictReader(open('sales.csv')))\nsales = [int(row['sold']) for row in rows]\nprint(len(rows), 'months')";
const DRAW = [
  "class Bars:",
  "    def _repr_svg_(self):",
  "        bars = ''.join(f\"<rect y='{n * 20}' height='15' width='{sold}'/>\" for n, sold in enumerate(sales))",
  "        return f\"<svg xmlns='http://www.w3.org/2000/svg' width='200' height='60' fill='steelblue'>{bars}</svg>\"",
  "Bars()",
].join("\n");
const SUM = (column: string) => `total = sum(int(row["${column}"]) for row in rows)\ntotal`;

const SALES = "month,sold\nJan,120\nFeb,95\nMar,160\n";
const COMMON = { timeoutMs: null, isVerbose: false, savesLargeSession: true };
const CHOICES = { stateDir: null, sameEnv: null, files: null, upstreamMagics: false, cache: "tags" as const };

async function openNotebook() {
  const folder = await makeTempDirWith({ "sales.csv": SALES });
  const location = path.join(folder, "sales.ipynb");
  const { address } = app;
  return {
    write: (column: string) => writeFile(location, stepsNotebook([LOAD, DRAW, SUM(column)])),
    run: () => remoteRun({ ...COMMON, ...CHOICES, location, address, parameters: NO_PARAMETERS }, runDeps(folder)),
    resume: (id: string) =>
      remoteResume(
        {
          ...COMMON,
          id,
          stateDir: path.join(folder, ".same-kit"),
          address: null,
          accessKey: address.accessKey,
          from: null,
          only: null,
        },
        runDeps(folder),
      ),
  };
}

test("the report of a run shows the failed cell, and that of its continuation shows the kept steps", async () => {
  const notebook = await openNotebook();
  await notebook.write("sodl");
  const failed = await notebook.run();
  await notebook.write("sold");
  const resumed = await notebook.resume(failed.id);
  const page = await openPage(await openBrowser(), { viewport: { width: 1000, height: 1080 } });

  await page.goto(pathToFileURL(failed.results.report as string).href);
  const error = page.getByText("KeyError: 'sodl'").last();
  await error.waitFor();
  expect(await page.locator(".output").filter({ hasText: 'File "<cell 3>", line 1' }).count()).toBeGreaterThan(0);
  await docImage(page, "report-failed");

  await page.goto(pathToFileURL(resumed.results.report as string).href);
  await page.getByText("375").first().waitFor();
  expect(await page.getByText("kept", { exact: true }).count()).toBe(2);
  await docImage(page, "report-resumed");
  expect(page.problems).toEqual([]);
});

const GROW = "grown = [round(sold * growth) for sold in sales]\nprint(grown)";

test("the report of a run shows cached steps and the given parameters", async () => {
  const cells = [
    { source: LOAD, tags: [] },
    { source: "growth = 1.0", tags: ["same_step_1", "parameters"] },
    { source: GROW, tags: [] },
  ].map(({ source, tags }) => ({ cell_type: "code" as const, source, metadata: { tags } }));
  const folder = await makeTempDirWith({ "sales.csv": SALES, "sales.ipynb": notebookText(cells) });
  const run = (growth: string) =>
    remoteRun(
      {
        ...COMMON,
        ...CHOICES,
        cache: "all",
        location: path.join(folder, "sales.ipynb"),
        address: app.address,
        parameters: { ...NO_PARAMETERS, values: [["growth", growth]] },
      },
      runDeps(folder),
    );
  const first = await run("1.1");
  const second = await run("1.5");
  const page = await openPage(await openBrowser(), { viewport: { width: 1000, height: 1080 } });

  await page.goto(pathToFileURL(second.results.report as string).href);
  await page.getByText("[180, 142, 240]").first().waitFor();
  expect(await page.getByText("cached", { exact: true }).count()).toBe(1);
  expect(await page.getByText(`cached: the result of the run ${first.id}`).count()).toBe(1);
  expect(await page.getByText("# Parameters").count()).toBeGreaterThan(0);
  const heightOf = async (name: string) => (await page.getByRole("row", { name: `${name} ` }).boundingBox())?.height;
  // A short name is on one line, however wide the values are.
  expect(await heightOf("growth")).toBe(await heightOf("grown"));
  await docImage(page, "report-cached");
  expect(page.problems).toEqual([]);
});
