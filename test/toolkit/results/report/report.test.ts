import { expect, test } from "vitest";
import { toExecutedNotebook } from "../../../../toolkit/src/results/executed-notebook.ts";
import { markdownToHtml } from "../../../../toolkit/src/results/report/markdown.ts";
import { toReport } from "../../../../toolkit/src/results/report/report.ts";
import type { RunResults } from "../../../../toolkit/src/results/run-results.ts";
import { cellRecord, notebookText, runResults, stepResult } from "../../../helpers/run-results.ts";

const EVIL = '<img src=x onerror="alert(1)">';

function report(
  changes: Partial<RunResults> = {},
  cells: Parameters<typeof notebookText>[0] = [{ cell_type: "code", source: "x" }],
) {
  const results = runResults(changes);
  return toReport({
    markdownToHtml,
    notebook: toExecutedNotebook(notebookText(cells), results),
    results,
    log: `a line ${EVIL}`,
  });
}

const shows = (data: Record<string, unknown>) =>
  report({
    steps: [
      stepResult({
        details: {
          formatVersion: 1,
          cells: [cellRecord({ outputs: [{ output_type: "display_data", data, metadata: {} }] })],
        },
      }),
    ],
  });

test("the report is a single file that loads nothing from elsewhere", () => {
  const html = report({}, [{ cell_type: "markdown", source: "![p](https://x.example/p.png) [a](https://x.example)" }]);
  expect(html).not.toMatch(/(?:src|href)="(?!#|data:|https:\/\/x\.example")/);
  expect(html).not.toContain("<img src");
  expect(html).not.toMatch(/@import|url\(/);
});

test("strings from the run never become HTML of the page", () => {
  const html = report(
    {
      notebook: EVIL,
      failure: EVIL,
      warnings: [EVIL],
      variables: [{ name: EVIL, type: EVIL, repr: EVIL }],
      steps: [stepResult({ name: EVIL, environment: EVIL })],
    },
    [
      { cell_type: "markdown", source: `${EVIL}\n\n[x](javascript:alert(1)) ![x](javascript:alert)` },
      { cell_type: "code", source: EVIL },
      { cell_type: "raw", source: EVIL },
    ],
  );
  expect(html).not.toContain("<img src=x");
  expect(html).not.toMatch(/(?:href|src)="javascript:/);
});

test("strings in place of numbers in the app's response never become HTML of the page", () => {
  const number = EVIL as unknown as number;
  const lost = [{ name: "a", type: "b", cell: number, reason: "c", remedy: "d" }];
  const crossing = [{ name: "e", type: "f", sizeBytes: number, cell: number }];
  const cells = [cellRecord({ executionCount: number })];
  const first = stepResult({ details: { formatVersion: 1, cells, lost, crossing } });
  const html = report({
    variables: [{ name: "g", type: "h", repr: "i", sizeBytes: number }],
    steps: [first, stepResult({ name: "two", cells: [] })],
  });
  expect(html).toContain("[&lt;img src=x");
  expect(html).not.toContain("<img src=x");
});

test("a cell's own HTML runs in a frame that cannot access the page", () => {
  const html = shows({ "text/html": "<b>bold</b><script>parent.document</script>", "text/plain": "bold" });
  expect(html).toMatch(/<iframe class="foreign" sandbox="allow-scripts" srcdoc="[^"]*&lt;b&gt;bold&lt;\/b&gt;/);
  expect(html).not.toContain("<b>bold</b>");
  expect(html).not.toContain("allow-same-origin");
});

test.each([
  [{ "image/png": "iVBORw==", "text/plain": "p" }, '<img src="data:image/png;base64,iVBORw=="'],
  [{ "image/svg+xml": "<svg/>", "image/png": "iVBORw==" }, '<img src="data:image/svg+xml;base64,PHN2Zy8+"'],
  [{ "text/markdown": "**hi**", "text/plain": "p" }, "<strong>hi</strong>"],
  [{ "application/json": { a: 1 } }, "&quot;a&quot;: 1"],
  [{ "text/plain": "\u001b[31mred\u001b[0m <b>" }, '<span class="ansi-red">red</span> &lt;b&gt;'],
  [{ "application/x-own": "1" }, "An output of the type application/x-own"],
])("an output %j is shown in its richest format", (data, html) => {
  expect(shows(data)).toContain(html);
});

test("the steps are shown on a timeline, and link to their cells", () => {
  const second = stepResult({
    name: "two",
    startedAt: "2026-01-01T00:00:01.000Z",
    durationMs: 1000,
    status: "failed",
    cells: [2],
  });
  const third = stepResult({
    name: "three",
    status: "not-run",
    startedAt: null,
    durationMs: null,
    codeMs: null,
    cells: [],
  });
  const html = report({ steps: [stepResult(), second, third] }, [
    { cell_type: "code", source: "a" },
    { cell_type: "code", source: "b" },
  ]);
  expect(html).toContain('<span class="bar failed" style="left:50.00%;width:50.00%">');
  expect(html).toContain('<a href="#two">');
  expect(html).toMatch(/id="two"><b>two<\/b> 1\.0 s/);
  expect(html).toContain("did not run");
});

test("a variable lost between two steps is shown with reason and remedy", () => {
  const lost = [
    { name: "conn", type: "sqlite3.Connection", cell: 1, reason: "It cannot be pickled", remedy: "Open it again." },
  ];
  const crossing = [
    { name: "df", type: "pandas.DataFrame", sizeBytes: 2048, cell: 1 },
    { name: "n", type: "int", sizeBytes: 0, cell: 1, changed: false },
  ];
  const first = stepResult({ details: { formatVersion: 1, cells: [], lost, crossing, packages: { pandas: "3.0" } } });
  const html = report({ steps: [first, stepResult({ name: "two", cells: [] })] });
  expect(html).toContain("same_step_000 → two: 2 variables, 2.0 KB, 1 lost");
  expect(html).toContain("lost: It cannot be pickled. Open it again.");
  expect(html).toContain("<td>1</td><td>new</td>");
  expect(html).toContain("<td>1</td><td>unchanged</td>");
  expect(html).toContain("<td><code>pandas</code></td><td><code>3.0</code></td>");
});

test("a very long output shows its beginning and its end", () => {
  const html = shows({ "text/plain": `start${"x".repeat(500_000)}end` });
  expect(html.length).toBeLessThan(260_000);
  expect(html).toContain("300008 characters are left out here");
  expect(html).toMatch(/x{50}end<\/pre>/);
});

test("plotly figures are drawn with one copy of the library, in frames that cannot access the page", () => {
  const data = { "application/vnd.plotly.v1+json": { data: [{ name: "</script>" }] }, "text/html": "<b>cdn</b>" };
  const outputs = [{ output_type: "display_data" as const, data, metadata: {} }];
  const results = runResults({
    steps: [stepResult({ details: { formatVersion: 1, cells: [cellRecord({ outputs: [...outputs, ...outputs] })] } })],
  });
  const notebook = toExecutedNotebook(notebookText([{ cell_type: "code", source: "x" }]), results);
  const library = "const s = '</script>';";
  const html = toReport({ markdownToHtml, notebook, results, log: "", plotlyJs: library });
  expect(html.match(/<iframe class="foreign plotly" sandbox="allow-scripts"/g)).toHaveLength(2);
  expect(html.split(JSON.stringify(library).replaceAll("<", "\\u003c"))).toHaveLength(2);
  expect(html).toContain('"name":"\\u003c/script>"');
  expect(html).not.toContain("&lt;b&gt;cdn");
});

test("a cached step is marked, with the run that produced its result", () => {
  const cache = { isHit: true, why: "nothing has changed", runId: "run-0", storedAt: "2026-01-01T00:00:00.000Z" };
  const html = report({ steps: [stepResult({ cache })] });
  expect(html).toContain('title="the result of the run run-0, of 2026-01-01T00:00:00.000Z">cached</span>');
  expect(html).toContain("cached: the result of the run run-0");
  const missed = report({ steps: [stepResult({ cache: { isHit: false, why: "its code has changed" } })] });
  expect(missed).toContain('title="its code has changed">completed</span>');
});
