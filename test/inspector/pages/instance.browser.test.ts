// One instance in a real Chromium, on a real host: its history, its live progress, and the actions on it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../local/src/engine/history/events.ts";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { expectAccessible } from "../../helpers/accessibility.ts";
import { launchBrowser, openPage, type TestPage } from "../../helpers/chromium.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { waitForInstance } from "../../helpers/engine.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { historyEvents } from "../../helpers/history-events.ts";
import { serveFakeHub } from "../../helpers/served-inspector.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
const TABS = ["gantt", "sequence", "history", "values", "log"];

const tempDir = dirsOfFile();
let browser: Browser;
let host: LocalHost;

beforeAll(async () => {
  const appDir = fixtureApp("histories");
  const starting = startLocal({ port: 0, stateDir: tempDir(), storage: { kind: "none" }, appDir, inspector: {} });
  [browser, host] = await Promise.all([launchBrowser(), starting]);
  await host.client.start({ name: "everything", instanceId: "everything", input: null });
  await untilItWaits("everything");
});
afterAll(async () => {
  await Promise.all([browser?.close(), host?.stop()]);
});

const untilItWaits = (id: string) =>
  waitFor(async () => {
    const status = await host.client.getStatus(id);
    const history = status === null ? [] : await host.client.getHistory(id, status.executionId);
    return history.filter(({ EventType: type }) => type === EventType.TimerCreated).length === 2;
  });

async function start(name: string, input: unknown = null): Promise<string> {
  const { instanceId } = await host.client.start({ name, input: JSON.stringify(input) });
  return instanceId;
}

async function openAt(url: string, query: Record<string, string>, options: Parameters<typeof openPage>[1] = {}) {
  const page = await openPage(browser, { viewport: { width: 1100, height: 760 }, ...options });
  await page.goto(`${url}#/instance?${new URLSearchParams(query)}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

const open = (id: string, tab = "gantt", options: Parameters<typeof openPage>[1] = {}) =>
  openAt(host.inspectorUrl ?? "", { id, tab }, options);

const rows = (page: TestPage) => page.locator(".rows-row");
const row = (page: TestPage, text: string) => rows(page).filter({ hasText: text });
const isNow = (page: TestPage, status: string) =>
  page.getByRole("heading", { level: 1 }).getByText(status, { exact: true }).waitFor();

test("a run can be watched to its end, and a reload in between changes nothing", async () => {
  const id = await start("everything");
  await untilItWaits(id);
  const page = await open(id);
  await isNow(page, "Running");
  await row(page, "timer").nth(1).getByText("not ended").waitFor({ state: "attached" });
  await page.reload();
  await isNow(page, "Running");
  expect(page.url()).toContain("tab=gantt");
  await page.getByRole("button", { name: "Raise event" }).click();
  const dialog = page.getByRole("dialog", { name: "Raise an event" });
  await dialog.getByLabel("Name").fill("approval");
  await dialog.getByLabel("Value").fill("{yes}");
  await dialog.getByText("Not valid JSON").waitFor();
  expect(await dialog.getByRole("button", { name: "Raise" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Value").fill('{"by":"me"}');
  await dialog.getByRole("button", { name: "Raise" }).click();
  await isNow(page, "Completed");
  await row(page, "timer").nth(1).getByText("not waited for").waitFor({ state: "attached" });
  await row(page, "approval").waitFor();
  await page.getByRole("link", { name: "Values" }).click();
  await page.getByRole("region", { name: "Output" }).getByText('"me"').waitFor();
  expect(page.problems).toEqual([]);
});

describe("the timeline", () => {
  test("has a row for all work, including retries and entity operations", async () => {
    const page = await open("everything");
    await row(page, "timer").nth(1).waitFor();
    const labels = await page.locator(".gantt-label").evaluateAll((all) => all.map((it) => it.getAttribute("title")));
    expect(labels.slice(0, 8)).toEqual([
      "everything",
      "hello",
      "flaky, failed",
      "timer",
      "flaky, attempt 2",
      "child",
      "@counter@one add",
      "timer",
    ]);
  });

  test("shows a child below its bar, and links to it and back", async () => {
    const page = await open("everything");
    expect(await row(page, "hello").count()).toBe(1);
    await page.getByRole("button", { name: "Open child" }).press("Enter");
    await row(page, "hello").nth(1).waitFor();
    await page.getByRole("button", { name: "Close child" }).click();
    await expect.poll(() => row(page, "hello").count()).toBe(1);
    await page.getByRole("link", { name: "child" }).click();
    await page.getByRole("heading", { level: 1 }).getByText("child").waitFor();
    await page.getByRole("link", { name: "everything" }).click();
    await page.getByRole("heading", { level: 1 }).getByText("everything").waitFor();
  });

  test("zooms with buttons, keys and the wheel, and is moved by dragging", async () => {
    const page = await open(await start("slowly"));
    const bar = rows(page).nth(1).locator(".gantt-bar");
    const place = async () => (await bar.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await isNow(page, "Completed");
    const { width } = await place();
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(async () => (await place()).width).toBeGreaterThan(width * 1.5);
    await page.keyboard.press("-");
    await expect.poll(async () => (await place()).width).toBeLessThan(width * 1.5);
    const { x, y } = await place();
    await page.mouse.move(x + 2, y + 2);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await expect.poll(async () => (await place()).width).toBeGreaterThan(width * 1.2);
    const before = (await place()).x;
    await page.mouse.down();
    await page.mouse.move(x + 42, y + 2, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Math.round((await place()).x - before)).toBe(40);
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(async () => (await place()).width).toBeCloseTo(width, 0);
  });
});

test("the sequence shows which function called which", async () => {
  const page = await open("everything", "sequence");
  const texts = async (selector: string) =>
    page.locator(`.sequence ${selector}`).evaluateAll((all) => all.map((it) => it.lastChild?.textContent ?? ""));
  await page.locator(".sequence").waitFor();
  expect(await texts(".participant title")).toEqual([
    "client",
    "everything",
    "hello",
    "flaky",
    "child",
    "@counter@one",
  ]);
  expect((await texts(".message > text:last-child")).slice(0, 11)).toEqual(
    "start call result call failure timer call result call result add".split(" "),
  );
});

test("the history can be filtered, and shows the content of an event as text", async () => {
  const page = await open("everything", "history");
  await page.getByRole("searchbox").fill("flaky");
  await expect.poll(() => rows(page).count()).toBe(2);
  await row(page, "TaskFailed").getByRole("button").click();
  const chosen = page.getByRole("region", { name: "The chosen event" });
  await chosen.getByText(`not yet ${HOSTILE}`).first().waitFor();
  await chosen.getByText("ClassName").first().waitFor();
  await page.getByRole("searchbox").fill("SubOrch");
  await row(page, "child").getByRole("button").click();
  await chosen.getByRole("link").click();
  await page.getByRole("heading", { level: 1 }).getByText("child").waitFor();
  expect(await page.locator("main img").count()).toBe(0);
  expect(await page.title()).not.toBe("owned");
});

test("an output of 5 MB is fetched on request", async () => {
  const id = await start("large", 5_000_000);
  await waitForInstance(host.client, id);
  const page = await open(id, "values");
  const output = page.getByRole("region", { name: "Output" });
  await output.getByRole("button", { name: "Load all 5.0 MB" }).click();
  await output.getByText("Show all 5000002 characters").waitFor();
  await output.getByText("3 items").click();
  await output.getByText("2: ").waitFor();
  expect(await output.evaluate((it) => it.textContent?.length ?? 0)).toBeLessThan(10_000);
});

test("20,000 events are listed and drawn, limited to the visible ones", async () => {
  const at = (ms: number) => new Date(Date.parse("2026-06-24T14:00:00Z") + ms).toISOString();
  const client = new FakeTaskHubClient(instanceStatus({ instanceId: "many", runtimeStatus: "Completed" }));
  client.history = [historyEvents.executionStarted()];
  for (let id = 0; id < 20_000; id++) {
    const call = { ...historyEvents.taskScheduled(id), Timestamp: at(id * 10) } as HistoryEvent;
    client.history.push(call, { ...historyEvents.taskCompleted(id, `"${id}"`), Timestamp: at(id * 10 + 5) });
  }
  const served = await serveFakeHub(client);
  try {
    const page = await openAt(served.url, { id: "many", tab: "history" });
    await page.getByText("20001 of 20001").waitFor();
    await page.getByRole("region", { name: "History" }).press("End");
    await rows(page).last().getByRole("button").click();
    await page.getByRole("region", { name: "Result" }).getByText('"19999"').waitFor();
    await page.getByRole("searchbox").fill("started");
    await page.getByText("1 of 20001").waitFor();
    await page.getByRole("link", { name: "Timeline" }).click();
    await row(page, "SayHello").first().waitFor();
    expect(await rows(page).count()).toBeLessThan(80);
    await page.getByRole("link", { name: "Sequence" }).click();
    await page.getByRole("button", { name: "Show more of 40001" }).waitFor();
  } finally {
    await served.stop();
  }
});

describe("available actions", () => {
  async function act(
    page: TestPage,
    action: string,
    fill: (dialog: ReturnType<TestPage["getByRole"]>) => unknown = () => {},
  ) {
    await page.getByRole("button", { name: action, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await fill(dialog);
    await dialog.getByRole("button", { name: action, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
  }
  const actions = (page: TestPage) => page.locator("main > .actions").first().getByRole("button").allTextContents();

  test("while it is running: suspend, resume, terminate with a reason", async () => {
    const page = await open(await start("waits"), "history");
    await isNow(page, "Running");
    expect(await actions(page)).toEqual(["Raise event", "Suspend", "Terminate"]);
    await act(page, "Suspend");
    await isNow(page, "Suspended");
    expect(await actions(page)).toEqual(["Raise event", "Resume", "Terminate"]);
    await act(page, "Resume");
    await isNow(page, "Running");
    await act(page, "Terminate", (dialog) => dialog.getByLabel("Reason").fill("enough"));
    await isNow(page, "Terminated");
    await row(page, "ExecutionTerminated").getByRole("button").click();
    await page.getByRole("region", { name: "The chosen event" }).getByText("enough").first().waitFor();
  });

  test("after it failed: rewind", async () => {
    const id = await start("fails");
    await waitForInstance(host.client, id);
    const page = await open(id, "history");
    await isNow(page, "Failed");
    expect(await actions(page)).toEqual(["Rewind", "Restart", "Purge"]);
    await act(page, "Rewind");
    await row(page, "Manually, in the inspector.").waitFor();
    await isNow(page, "Failed");
  });

  test("after it ended: restart with a new ID or the same ID, and purge", async () => {
    const id = await start("large", 3);
    const { executionId } = await waitForInstance(host.client, id);
    const page = await open(id);
    await isNow(page, "Completed");
    await act(page, "Restart");
    await page.waitForURL((url) => url.hash.includes("instance?id=") && !url.hash.includes(id));
    await isNow(page, "Completed");
    await page.goto(`${host.inspectorUrl}#/instance?id=${id}`);
    await page.getByText(id).first().waitFor();
    await act(page, "Restart", (dialog) => dialog.getByRole("checkbox").check());
    await waitForInstance(host.client, id, (it) => it.executionId !== executionId && it.runtimeStatus === "Completed");
    await isNow(page, "Completed");
    await act(page, "Purge");
    await page.getByRole("heading", { name: "Instances" }).waitFor();
    expect(await host.client.getStatus(id)).toBeNull();
    await page.goBack();
    await page.getByText("There is no such instance.").waitFor();
  });

  test("a curl command for the same request to the management API can be copied", async () => {
    const page = await openPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`${host.inspectorUrl}#/instance?id=everything`);
    await page.getByRole("button", { name: "Copy as curl the request" }).click();
    await page.getByText("Copied.").waitFor();
    const command = await String(await page.evaluate("navigator.clipboard.readText()"));
    const [, url = ""] = /^curl '(.*)'$/.exec(command) ?? [];
    const answer = (await (await fetch(url)).json()) as { instanceId: string; historyEvents: unknown[] };
    expect(answer.instanceId).toBe("everything");
    expect(answer.historyEvents.length).toBeGreaterThan(8);
  });
});

test("the lines printed by the instance are shown, and no others", async () => {
  const page = await open(await start("everything"), "log");
  await page.getByText(`greeting ${HOSTILE}`).waitFor();
  expect(await page.getByText("from the child").count()).toBe(0);
  expect(page.problems).toEqual([]);
});

test.each(TABS)("the tab %s is accessible, in light and dark mode, and fits into a narrow window", async (tab) => {
  const page = await open("everything", tab);
  if (tab === "history") await row(page, "TaskFailed").getByRole("button").click();
  await page.locator("main nav ~ *").first().waitFor();
  await expectAccessible(page);
});
