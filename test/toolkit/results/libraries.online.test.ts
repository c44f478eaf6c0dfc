import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { StepDetails } from "../../../functions-app/src/contract/step-details.ts";
import { toExecutedNotebook } from "../../../toolkit/src/results/executed-notebook.ts";
import { formatNotebook } from "../../../toolkit/src/results/nbformat.ts";
import { markdownToHtml } from "../../../toolkit/src/results/report/markdown.ts";
import { toReport } from "../../../toolkit/src/results/report/report.ts";
import { openBrowser, openPage } from "../../helpers/chromium.ts";
import { docImage } from "../../helpers/doc-image.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { notebookText, runResults, stepResult } from "../../helpers/run-results.ts";
import { StepRunner, variablesOf } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

// Real libraries, in the current versions of a package index.
const python = (await listTestPythons()).filter(({ hasVenv }) => hasVenv).at(-1)?.executable as string;
const requirements = "matplotlib\npandas\njinja2\nplotly\ntqdm\nipython\nipywidgets\nnbformat\n";

const CELLS = [
  "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
  "fig, ax = plt.subplots()\nax.plot([1])\nplt.show()\nprint('after')",
  "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\ndf",
  "df.style.highlight_max()",
  "import plotly.express as px\npx.line(x=[1], y=[2]).show()",
  "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass",
  "from IPython.display import HTML, display, Markdown, clear_output\nimport IPython\nprint('gone')\nclear_output()\ndisplay(Markdown('**m**'))\nHTML('<b>h</b>')",
  "IPython.get_ipython() is get_ipython()",
  "import ipywidgets\nipywidgets.IntSlider(value=3)",
  "1 / 0",
];

/** The kinds of a cell's outputs: the richest format, or the name of the stream or the error. */
const kinds = ({ outputs }: StepDetails["cells"][number]) =>
  outputs.map((it) => ("data" in it ? Object.keys(it.data)[0] : "ename" in it ? it.ename : it.name));

test("figures, tables, progress bars, widgets and IPython objects form a notebook that nbformat accepts", async () => {
  const runner = await StepRunner.start({ python });
  const result = await runner.runCells(CELLS, { requirements });
  const details = await runner.detailsOf(result);
  expect(details.cells.map(kinds)).toEqual([
    ["image/png"],
    ["image/png", "stdout"],
    ["text/html"],
    ["text/html"],
    ["application/vnd.plotly.v1+json"],
    ["stderr"],
    ["text/markdown", "text/html"],
    ["text/plain"],
    ["text/plain"],
    ["ZeroDivisionError"],
  ]);
  expect(Object.keys(details.assets ?? {})).toEqual(["plotly.min.js"]);
  const text = notebookText(CELLS.map((source) => ({ cell_type: "code", source })));
  const step = stepResult({ cells: CELLS.map((_, index) => index + 1), details });
  const file = path.join(await makeTempDir(), "executed.ipynb");
  await writeFile(file, formatNotebook(toExecutedNotebook(text, runResults({ steps: [step] }))));
  const check = `import nbformat\nnbformat.validate(nbformat.read(${JSON.stringify(file)}, 4))\nprint('valid')`;
  const validated = await runner.complete(check, { requirements });
  expect(validated.record.output.stdout).toBe("valid\n");
});

test("a saved figure is a file of the run, which later steps find, and is also shown", async () => {
  const runner = await StepRunner.start({ python });
  const saved = await runner.runCells(
    [
      "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('plot.png')",
      "plt.plot([1])\nplt.savefig('plots.svg');",
    ],
    { requirements, isLast: false },
  );
  expect((await runner.detailsOf(saved)).cells.map(kinds)).toEqual([["image/png"], ["image/png"]]);
  const found = await runner.complete("starts = open('plot.png', 'rb').read(4), '<svg' in open('plots.svg').read()", {
    requirements,
  });
  expect(variablesOf(found)["starts"]).toBe("(b'\\x89PNG', True)");
});

const SHOWN = [
  "import pandas as pd\nsales = pd.DataFrame({'month': ['Jan', 'Feb', 'Mar'], 'sold': [120, 95, 160]})\nsales",
  "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(6, 2.4))\nax.bar(sales['month'], sales['sold'])\nax.set_ylabel('sold');",
  "print(f\"{sales['sold'].sum()} sold\")",
];

test("a browser shows a report's figures and tables", async () => {
  const runner = await StepRunner.start({ python });
  const details = await runner.detailsOf(await runner.runCells(SHOWN, { requirements }));
  const steps = [stepResult({ name: "sales", cells: [1, 2, 3], details })];
  const results = runResults({ notebook: "sales", steps });
  const text = notebookText(SHOWN.map((source) => ({ cell_type: "code", source })));
  const file = path.join(await makeTempDir(), "report.html");
  await writeFile(file, toReport({ markdownToHtml, notebook: toExecutedNotebook(text, results), results, log: "" }));
  const page = await openPage(await openBrowser(), { viewport: { width: 1000, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  await page.frameLocator("iframe.foreign").first().getByText("Mar").waitFor();
  await page.waitForFunction("document.querySelector('.output img')?.naturalWidth > 100");
  await page.getByText("375 sold").waitFor();
  await docImage(page, "report");
  expect(page.problems).toEqual([]);
});
