// Runs of notebooks in a real Chromium: the list, a run followed to its end, its outputs in a sandbox, a comparison of two runs.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunDetail } from "../../../local/src/inspector/api.ts";
import type { RunsSource } from "../../../local/src/inspector/index.ts";
import { expectAccessible } from "../../helpers/accessibility.ts";
import { launchBrowser, openPage, type TestPage } from "../../helpers/chromium.ts";
import { docImage } from "../../helpers/doc-image.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";
import { type ServedInspector, serveFakeHub } from "../../helpers/served-inspector.ts";

const HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
const REPORT = `<!doctype html><title>Report</title><p id="seen">Nothing ran</p><script>
  document.getElementById("seen").textContent = "A script ran";
  try { parent.document.title = "owned"; } catch {}
  fetch("../../api/home").then(() => { document.getElementById("seen").textContent = "It read the API"; }, () => {});
</script>`;

/** Runs set by a test; records which ones were resumed. */
class FakeRuns implements RunsSource {
  readonly byId = new Map<string, RunDetail>();
  readonly resumed: string[] = [];

  set(...runs: RunDetail[]): void {
    for (const it of runs) this.byId.set(it.id, it);
  }
  async list() {
    return [...this.byId.values()].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }
  async find(id: string) {
    return this.byId.get(id) ?? null;
  }
  async readFile(id: string, path: string) {
    const isThere = this.byId.get(id)?.files.some((it) => it.path === path) === true;
    return isThere ? Buffer.from(path === "report.html" ? REPORT : `content of ${path}`) : null;
  }
  async resume(id: string) {
    this.resumed.push(id);
  }
}

const runs = new FakeRuns();
const client = new FakeTaskHubClient();
let browser: Browser;
let served: ServedInspector;

beforeAll(async () => {
  browser = await launchBrowser();
  served = await serveFakeHub(client, { runs });
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
});
beforeEach(() => {
  runs.byId.clear();
  client.instances.clear();
});

const step = (name: string, more: object = {}) => ({
  name,
  status: "completed",
  startedAt: "2026-06-24T12:00:01.000Z",
  durationMs: 1500,
  keptFrom: null,
  output: { stdout: "", stderr: "" },
  ...more,
});

function runOf(more: Partial<RunDetail> = {}): RunDetail {
  return {
    id: "good",
    notebook: "train.ipynb",
    location: "/notebooks/train.ipynb",
    state: "completed",
    steps: ["load", "train"],
    startedAt: "2026-06-24T12:00:00.000Z",
    endedAt: "2026-06-24T12:00:05.000Z",
    reason: null,
    continues: null,
    parameters: { rate: 0.5 },
    python: "3.11",
    storage: "disk",
    stepResults: [],
    summary: {
      durationMs: 5000,
      python: { version: "3.11.7" },
      steps: [step("load"), step("train", { startedAt: "2026-06-24T12:00:02.500Z", durationMs: 2500 })],
      variables: [{ name: "accuracy", type: "float", sizeBytes: 24, repr: "0.93" }],
    },
    files: [
      { path: "report.html", bytes: REPORT.length },
      { path: "out/model.csv", bytes: 2048 },
    ],
    report: "report.html",
    resumeCommand: null,
    ...more,
  };
}

const FAILED = runOf({
  id: "bad",
  state: "failed",
  startedAt: "2026-06-24T11:00:00.000Z",
  parameters: { rate: 0.9 },
  reason: `ValueError: ${HOSTILE}`,
  summary: {
    steps: [step("load"), step("train", { status: "failed" })],
    failure: { message: `ValueError: ${HOSTILE}`, step: "train", cell: { number: 4 }, traceback: "line 1\nline 2" },
    variables: [{ name: "accuracy", type: "float", sizeBytes: 24, repr: "0.11" }],
  },
  resumeCommand: "same-kit local resume bad",
});

async function open(hash: string, options: Parameters<typeof openPage>[1] = {}): Promise<TestPage> {
  const page = await openPage(browser, { viewport: { width: 1100, height: 760 }, ...options });
  await page.goto(`${served.url}${hash}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

const row = (page: TestPage, text: string) => page.getByRole("row").filter({ hasText: text });

describe("the list", () => {
  test("has the newest run first, and its filter in the URL", async () => {
    runs.set(FAILED, runOf(), runOf({ id: "other", notebook: "plot.ipynb", startedAt: "2026-06-24T10:00:00.000Z" }));
    const page = await open("#/runs");
    const names = () => page.getByRole("rowheader").allTextContents();
    await expect.poll(names).toEqual(["train.ipynb", "train.ipynb", "plot.ipynb"]);
    await page.getByRole("searchbox").fill("FAILED");
    await expect.poll(names).toEqual(["train.ipynb"]);
    expect(page.url()).toContain("q=FAILED");
    await page.reload();
    await row(page, `ValueError: ${HOSTILE}`).getByRole("link").click();
    await page.waitForURL("**/#/run?id=bad");
    expect(await page.title()).not.toBe("owned");
    expect(page.problems).toEqual([]);
  });

  test("says how to start a run if there is none", async () => {
    const page = await open("#/runs");
    await page.getByText("No notebook was run yet.").waitFor();
    await page.getByText("same-kit local run notebook.ipynb").waitFor();
  });
});

describe("a run", () => {
  test("is updated live: its step, its printed lines, and its end", async () => {
    const running = { state: "running", endedAt: null, summary: null, report: null, files: [] } as const;
    runs.set(runOf({ id: "live", ...running }));
    const status = (index: number) => JSON.stringify({ step: { name: "any", index, total: 2 } });
    client.instances.set("live", instanceStatus({ instanceId: "live", customStatus: status(0) }));
    const page = await open("#/run?id=live");
    await row(page, "load").getByText("running").waitFor();
    client.instances.set("live", instanceStatus({ instanceId: "live", customStatus: status(1) }));
    served.print("live", `epoch 1 ${HOSTILE}`);
    served.changed("live");
    await row(page, "train").getByText("running").waitFor();
    await page.getByRole("region", { name: "Printed lines" }).getByText(`epoch 1 ${HOSTILE}`).waitFor();
    runs.set(runOf({ id: "live" }));
    client.instances.set("live", instanceStatus({ instanceId: "live", runtimeStatus: "Completed" }));
    served.changed("live");
    await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
    await row(page, "accuracy").getByText("0.93").waitFor();
    expect(page.problems).toEqual([]);
  });

  test("can be cancelled, after a confirmation", async () => {
    runs.set(runOf({ id: "live", state: "running", endedAt: null }));
    client.instances.set("live", instanceStatus({ instanceId: "live" }));
    const page = await open("#/run?id=live");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("The run was cancelled.").waitFor();
    expect(client.calls).toContainEqual(["terminate", "live", expect.any(String)]);
  });

  test("that failed shows the cell and the reason, and can be resumed", async () => {
    runs.set(FAILED);
    const page = await open("#/run?id=bad");
    const failure = page.getByRole("region", { name: "train failed in cell 4" });
    await failure.getByText(`ValueError: ${HOSTILE}`).waitFor();
    await failure.getByText("line 2").waitFor();
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    await page.getByText("The run is being resumed.").waitFor();
    expect(runs.resumed).toEqual(["bad"]);
    expect(await page.locator("main img").count()).toBe(0);
  });

  test("shows its outputs in a sandbox: scripts run there, but cannot access the page or the API", async () => {
    runs.set(runOf());
    const page = await open("#/run?id=good&tab=report");
    const seen = page.frameLocator("iframe").locator("#seen");
    await expect.poll(() => seen.textContent()).toBe("A script ran");
    expect(await page.title()).not.toBe("owned");
    // The policy of the report forbids all requests, which the browser reports.
    await expect.poll(() => page.problems.some((it) => it.includes("Content Security Policy"))).toBe(true);
    expect(await seen.textContent()).toBe("A script ran");
  });

  test("lists its files, and can be compared with another", async () => {
    runs.set(runOf(), FAILED);
    const page = await open("#/run?id=good&tab=files");
    await row(page, "out/model.csv").getByText("2.0 KB").waitFor();
    const opening = page.context().waitForEvent("page");
    await page.getByRole("link", { name: "out/model.csv" }).click();
    await (await opening).getByText("content of out/model.csv").waitFor();
    await page.getByRole("link", { name: "Compare" }).click();
    await page.getByLabel("Compare with").selectOption("bad");
    await row(page, "accuracy").getByText("0.11").waitFor();
    expect(await row(page, "rate").textContent()).toBe("rate0.50.9yes");
    expect(page.url()).toContain("with=bad");
  });

  test.each(["overview", "files", "compare", "report"])("is accessible, on the tab %s", async (tab) => {
    runs.set(runOf({ state: "failed", summary: FAILED.summary, resumeCommand: "same-kit local resume good" }), FAILED);
    const page = await open(`#/run?id=good&tab=${tab}&with=bad`);
    await page.locator("main nav ~ *").first().waitFor();
    await expectAccessible(page);
  });

  test("is shown on a timeline", async () => {
    runs.set(runOf(), FAILED);
    const page = await open("#/run?id=good");
    const bars = page.locator(".timeline-bar");
    await bars.nth(1).waitFor();
    const [load, train] = await bars.evaluateAll((all) => all.map((it) => it.getBoundingClientRect().toJSON()));
    expect(train.left).toBeGreaterThanOrEqual(load.right - 1);
    expect(train.width).toBeGreaterThan(load.width);
    await docImage(page, "inspector-run");
  });
});
