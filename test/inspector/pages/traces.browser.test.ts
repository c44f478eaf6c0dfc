// Traces in a real Chromium, on a real host whose app is traced without a collector.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { accessibilityProblems } from "../../helpers/accessibility.ts";
import { launchBrowser, openPage, type TestPage } from "../../helpers/chromium.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { docImage } from "../../helpers/doc-image.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const tempDir = dirsOfFile();
let browser: Browser;
let host: LocalHost;

beforeAll(async () => {
  const stateDir = tempDir();
  const appDir = fixtureApp("traced");
  const starting = startLocal({ port: 0, stateDir, storage: { kind: "memory" }, appDir, inspector: {} });
  [browser, host] = await Promise.all([launchBrowser(), starting]);
  await Promise.all([run("trip", 13), run("fails", 10)]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), host?.stop()]);
});

/** Runs an orchestration until this many of its spans are in the file. */
async function run(name: string, count: number): Promise<void> {
  await fetch(`${host.url}/api/start/${name}/${name}`, { method: "POST" });
  await waitFor(async () => {
    const answer = await fetch(`${host.inspectorUrl}api/trace?instance=${name}`);
    return ((await answer.json()) as { spans: unknown[] }).spans.length === count;
  });
}

async function open(hash: string, options: Parameters<typeof openPage>[1] = {}): Promise<TestPage> {
  const page = await openPage(browser, { viewport: { width: 1100, height: 760 }, ...options });
  await page.goto(`${host.inspectorUrl}${hash}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

const spanRows = (page: TestPage, name: string) => page.locator(".span-row").filter({ hasText: name });

test("the list links to the waterfall of a trace, and a span to its details", async () => {
  const page = await open("#/home");
  await page.getByRole("link", { name: "Traces" }).click();
  const row = page.getByRole("row").filter({ hasText: "POST /api/start/{name}/{id?}" });
  await row.nth(1).waitFor();
  expect((await row.allTextContents()).filter((text) => text.includes("With errors"))).toHaveLength(1);
  await row.filter({ hasText: "OK" }).getByRole("link").click();
  await spanRows(page, "orchestration:trip:timer").waitFor();
  expect(await page.locator(".span-row").count()).toBe(13);
  await spanRows(page, "create_orchestration:trip").click();
  const chosen = page.getByRole("region", { name: "The chosen span" });
  await chosen.getByText("producer").waitFor();
  await chosen.getByText("durabletask.task.execution_id").waitFor();
  await chosen.getByRole("link", { name: "trip" }).click();
  await page.waitForURL("**/#/instance?id=trip");
  await page.getByRole("link", { name: "Trace", exact: true }).click();
  await spanRows(page, "activity:greet").nth(1).click();
  await chosen.waitFor();
  await docImage(page, "inspector-trace");
  expect(page.problems).toEqual([]);
});

test("an instance shows its trace, with each span below its cause", async () => {
  const page = await open("#/instance?id=fails");
  await page.getByRole("link", { name: "Trace", exact: true }).click();
  await spanRows(page, "activity:boom").nth(3).waitFor();
  const labels = await page.locator(".span-row .gantt-label").all();
  const names = await Promise.all(
    labels.map(async (label) => {
      const indent = /padding-inline-start: ([\d.]+)rem/.exec((await label.getAttribute("style")) ?? "")?.[1];
      return `${indent} ${await label.textContent()}`;
    }),
  );
  expect(names.map((name) => name.replace(/, \d[^,]*(?=,|$)/, ""))).toEqual([
    "0.4 POST /api/start/{name}/{id?}, server",
    "1.3 start, internal",
    "2.2 create_orchestration:fails, producer",
    "3.1 orchestration:fails, server, failed",
    "4 orchestration:breaks, client, failed",
    "4.9 orchestration:breaks, server, failed",
    "5.8 activity:boom, client, failed",
    "6.7 activity:boom, server, failed",
    "4 activity:boom, client, failed",
    "4.9 activity:boom, server, failed",
  ]);
  await spanRows(page, "activity:boom").last().click();
  await page.getByRole("region", { name: "The chosen span" }).getByText("kaboom").first().waitFor();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Show all" }).click();
  expect(page.problems).toEqual([]);
});

test.each([
  ["light", 1100],
  ["dark", 360],
] as const)("traces are accessible and fit, in %s mode and %d pixels wide", async (colorScheme, width) => {
  const page = await open("#/traces", { colorScheme, viewport: { width, height: 700 } });
  await page.getByRole("row").nth(2).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.goto(`${host.inspectorUrl}#/instance?id=fails&tab=trace`);
  await spanRows(page, "activity:boom").first().click();
  await page.getByRole("region", { name: "The chosen span" }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
});
