// The report of a run in a real Chromium, from its file: every kind of output, light and dark, printed, and with hostile outputs.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toExecutedNotebook } from "../../../../toolkit/src/results/executed-notebook.ts";
import { markdownToHtml } from "../../../../toolkit/src/results/report/markdown.ts";
import { toReport } from "../../../../toolkit/src/results/report/report.ts";
import { accessibilityProblems } from "../../../helpers/accessibility.ts";
import { launchBrowser, openPage } from "../../../helpers/chromium.ts";
import { dirsOfFile } from "../../../helpers/dirs-of-file.ts";
import { cellRecord, notebookText, runResults, stepResult } from "../../../helpers/run-results.ts";

const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const HOSTILE = `<p>mine</p><script>
  try { parent.document.title = "owned"; } catch {}
  try { top.location = "https://evil.example/"; } catch {}
</script><img src=x onerror="parent.document.title='owned'">`;

const OUTPUTS = [
  { output_type: "stream", name: "stdout", text: "printed \u001b[31mred\u001b[0m\n" },
  { output_type: "stream", name: "stderr", text: "to stderr\n" },
  { output_type: "display_data", data: { "image/png": DOT, "text/plain": "<Figure>" }, metadata: {} },
  {
    output_type: "display_data",
    data: {
      "image/svg+xml":
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    },
    metadata: {},
  },
  {
    output_type: "execute_result",
    execution_count: 1,
    data: { "text/html": "<table><tr><th>frame</th></tr><tr><td>42</td></tr></table>", "text/plain": "frame" },
    metadata: {},
  },
  { output_type: "display_data", data: { "text/markdown": "**bold words**" }, metadata: {} },
  { output_type: "display_data", data: { "text/latex": "$x^2$" }, metadata: {} },
  { output_type: "display_data", data: { "application/json": { key: "value" } }, metadata: {} },
  { output_type: "display_data", data: { "text/html": HOSTILE }, metadata: {} },
  { output_type: "error", ename: "ValueError", evalue: "no", traceback: ["\u001b[31mValueError\u001b[0m: no"] },
];

const newFolder = dirsOfFile();
let url: string;
let browser: Browser;

beforeAll(async () => {
  const cells = [cellRecord({ outputs: OUTPUTS as never, status: "error" })];
  const details = {
    formatVersion: 1 as const,
    cells,
    crossing: [{ name: "frame", type: "DataFrame", sizeBytes: 4096, cell: 1 }],
    lost: [{ name: "socket", type: "socket", cell: 1, reason: "a socket cannot travel", remedy: "Open it again." }],
  };
  const results = runResults({
    status: "failed",
    failure: "ValueError: no",
    warnings: ["Careful."],
    variables: [{ name: "x", type: "int", repr: "1", sizeBytes: 28 }],
    steps: [
      stepResult({ details }),
      stepResult({ name: "same_step_001", status: "not-run", startedAt: null, cells: [2] }),
    ],
  });
  const source = notebookText([
    { cell_type: "code", source: "frame" },
    { cell_type: "markdown", source: "# Words" },
  ]);
  const html = toReport({
    markdownToHtml,
    notebook: toExecutedNotebook(source, results),
    results,
    log: "a line of the log",
  });
  const file = path.join(newFolder(), "report.html");
  await writeFile(file, html);
  url = pathToFileURL(file).href;
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

async function open(options: BrowserContextOptions = {}) {
  const page = await openPage(browser, options);
  await page.goto(url);
  await page.getByRole("heading", { level: 1, name: "demo" }).waitFor();
  return page;
}

test("every kind of output is shown, from a single file and without a network", async () => {
  const page = await open();
  for (const text of ["printed red", "to stderr", "bold words", "$x^2$", '"key": "value"', "ValueError: no"]) {
    await page.getByText(text).first().waitFor();
  }
  const pictures = page.locator(".output img");
  await page.waitForFunction(
    "[...document.querySelectorAll('.output img')].every((it) => it.complete && it.naturalWidth > 0)",
  );
  expect(await pictures.count()).toBe(2);
  await page.frameLocator("iframe.foreign").first().getByText("42").waitFor();
  await page.getByText("a socket cannot travel").waitFor();
  expect(await page.locator("strong", { hasText: "bold words" }).count()).toBe(1);
});

test("the HTML of a cell stays in its frame", async () => {
  const page = await open();
  const frame = page.frameLocator("iframe.foreign").nth(1);
  await frame.getByText("mine").waitFor();
  await frame.locator("img").waitFor({ state: "attached" });
  expect(await page.title()).toBe("demo: failed");
  expect(page.url()).toBe(url);
  // The browser blocked its attempts, and nothing was requested.
  expect(page.problems.filter((it) => it.startsWith("asked for"))).toEqual([]);
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test("the report has the colours of the colour scheme, and is accessible", async () => {
    const page = await open({ colorScheme });
    await page.frameLocator("iframe.foreign").first().getByText("42").waitFor();
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const [red = 0] = (ground.match(/\d+/g) ?? []).map(Number);
    expect(red > 127).toBe(colorScheme === "light");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  test("the report fits into a narrow window", async () => {
    const page = await open({ colorScheme, viewport: { width: 360, height: 700 } });
    await page.frameLocator("iframe.foreign").first().getByText("42").waitFor();
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  });
});

test("everything is expanded when printed", async () => {
  const page = await open();
  const folded = () => page.evaluate<number>("document.querySelectorAll('details:not([open])').length");
  expect(await folded()).toBeGreaterThan(0);
  const paper = await page.pdf();
  expect(paper.subarray(0, 5).toString()).toBe("%PDF-");
  expect(await folded()).toBe(0);
});
