// The pages Home, Entities, Entity and Task hub of the inspector, in a real Chromium, on a real host.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { QueueServiceClient } from "@azure/storage-queue";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../local/src/index.ts";
import { accessibilityProblems } from "../helpers/accessibility.ts";
import { launchBrowser, openPage, type TestPage } from "../helpers/chromium.ts";
import { dirsOfFile } from "../helpers/dirs-of-file.ts";
import { docImage } from "../helpers/doc-image.ts";
import { fixtureApp } from "../helpers/function-app.ts";
import { waitFor } from "../helpers/wait-for.ts";

const tempDir = dirsOfFile();
const HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
let host: LocalHost;
let other: LocalHost;
let browser: Browser;

beforeAll(async () => {
  const stateDir = tempDir();
  const shared = { port: 0, stateDir, storage: { kind: "memory" }, inspector: {} } as const;
  [browser, host] = await Promise.all([
    launchBrowser(),
    startLocal({
      ...shared,
      appDir: fixtureApp("inspected"),
      hubName: "inspected",
      appSettings: { "AzureWebJobs.off.Disabled": "true" },
    }),
  ]);
  other = await startLocal({ ...shared, appDir: fixtureApp("http-basic") });
});
afterAll(async () => {
  await Promise.all([browser?.close(), other?.stop(), host?.stop()]);
});

/** @param hash - The page and its filters, for example `#/home`. */
async function open(hash: string, options: Parameters<typeof openPage>[1] = {}): Promise<TestPage> {
  const page = await openPage(browser, { viewport: { width: 1100, height: 760 }, ...options });
  await page.goto(`${host.inspectorUrl}${hash}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

async function start(name: string, input?: unknown, id?: string): Promise<string> {
  const { instanceId } = await host.client.start({
    name,
    input: input === undefined ? null : JSON.stringify(input),
    ...(id === undefined ? {} : { instanceId: id }),
  });
  return instanceId;
}

const signal = (key: string, operation: string, input: unknown) =>
  host.client.signalEntity({ name: "counter", key }, operation, JSON.stringify(input));

type JsonObject = Record<string, unknown>;

/** The page receives something other than the host's response. */
function changeAnswer(page: TestPage, url: string, change: (answer: JsonObject) => JsonObject): Promise<unknown> {
  return page.route(url, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json()) });
  });
}

const row = (page: TestPage, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });

describe("Home", () => {
  test("shows the host, all functions, and why some are not served", async () => {
    const page = await open("#/home");
    await page.getByText("Host on this machine").waitFor();
    for (const text of [host.url, "Running", "inspected", "memory"]) {
      await page.locator(".card").getByText(text, { exact: true }).first().waitFor();
    }
    expect(await row(page, "broken").textContent()).toContain("two parameters have nothing between them");
    expect(await row(page, "off").textContent()).toContain("Disabled by the setting AzureWebJobs.off.Disabled");
    expect(await row(page, "hello").textContent()).toContain("Orchestrators call it.");
    expect(await row(page, "echo").textContent()).toContain("GET, POST");
    expect(page.problems).toEqual([]);
  });

  test("links to the other hosts on this machine", async () => {
    const page = await open("#/home");
    await page.getByRole("link", { name: other.url }).click();
    await page.waitForURL(`${other.inspectorUrl}**`);
    await page.getByText("Other hosts on this machine").waitFor();
    // A page of another host can open its page, but nothing else of it.
    const answered = page.waitForResponse(`${host.inspectorUrl}api/home`);
    await page.evaluate(`location.href = ${JSON.stringify(`${host.inspectorUrl}api/home`)}`);
    expect((await answered).status()).toBe(403);
  });

  test("lists problems that need attention, and links to them", async () => {
    const id = await start("fails");
    const page = await open("#/home");
    const card = page.getByRole("region", { name: "What needs attention" });
    await card.getByText("The function broken is not served").waitFor();
    await card.getByRole("link", { name: id }).click();
    await page.waitForURL(`**/#/instance?id=${id}`);
  });

  test("counts requests and calls as they happen", async () => {
    const page = await open("#/home");
    const requests = page.locator("dt", { hasText: "Requests" }).locator("xpath=following-sibling::dd[1]");
    const before = Number.parseInt((await requests.textContent()) ?? "", 10);
    await fetch(`${host.url}/api/echo/1`);
    await page
      .locator("dd", { hasText: new RegExp(`^${before + 1}`) })
      .first()
      .waitFor();
  });

  test("copies the URL of a function, and its call as a curl command", async () => {
    const page = await open("#/home", { permissions: ["clipboard-read", "clipboard-write"] });
    const copied = () => page.evaluate("navigator.clipboard.readText()");
    await page.getByRole("button", { name: "Copy URL of begin" }).click();
    await page.getByText("Copied.").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await copied()).toBe(`${host.url}/api/begin`);
    await page.getByRole("button", { name: "Copy as curl begin" }).click();
    await page.getByText("Copied.").nth(1).waitFor();
    expect(await copied()).toBe(`curl --request POST ${host.url}/api/begin`);
  });
});

describe("the form of an HTTP function", () => {
  test("sends method, route, query, headers and body, and shows the response", async () => {
    const page = await open("#/home");
    await page.getByRole("link", { name: "Call echo" }).click();
    const dialog = page.getByRole("dialog", { name: "Call echo" });
    await dialog.getByLabel("Method").selectOption("POST");
    // Without its route parameter, nothing is sent.
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.getByLabel("id").fill("7");
    await dialog.getByLabel("rest").fill("a b/c");
    await dialog.getByLabel("Query").fill("x=1&y=2");
    await dialog.getByLabel("Headers").fill("no header");
    await dialog.getByText('"no header" is not a header').waitFor();
    expect(await dialog.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Headers").fill("x-sent: yes");
    await dialog.getByLabel("Body").fill('{"a":1}');
    await dialog.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByText("200 OK").waitFor();
    const body = JSON.parse((await answer.locator(".output").textContent()) ?? "");
    expect(body).toEqual({ id: "7", rest: "a b/c", query: { x: "1", y: "2" }, sent: "yes", body: '{"a":1}' });
    await answer.getByText(/\d+ headers/).click();
    await answer.getByText("content-type: application/json").waitFor();
    expect(page.problems).toEqual([]);
  });

  test("shows a hostile response as plain text", async () => {
    const page = await open("#/home?call=hostile");
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.locator(".output", { hasText: "<img src=x onerror=" }).waitFor();
    expect(await page.locator("main img, main script, main iframe").count()).toBe(0);
    expect(await page.title()).toBe("Home · same-kit inspector");
  });

  test.each([
    ["binary", "The body is not text."],
    ["large", "Only its beginning is shown."],
  ])("says about the response of %s: %s", async (name, text) => {
    const page = await open(`#/home?call=${name}`);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(text).waitFor();
  });

  test("links to the instance started by a starter function", async () => {
    const page = await open("#/home?call=begin");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("dialog").getByRole("link").click();
    await page.waitForURL("**/#/instance?id=*");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("closes on Escape, restores the focus, and stays open after a reload", async () => {
    const page = await open("#/home");
    await page.getByRole("link", { name: "Call echo" }).press("Enter");
    await page.reload();
    await page.getByRole("dialog", { name: "Call echo" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Call echo" }).press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Call echo");
  });
});

describe("other functions", () => {
  test("an orchestrator can be started with an ID and an input", async () => {
    const page = await open("#/home");
    await page.getByRole("link", { name: "Start greet" }).click();
    const dialog = page.getByRole("dialog", { name: "Start greet" });
    await dialog.getByLabel("Instance ID").fill("my instance");
    await dialog.getByLabel("Input").fill("{");
    await dialog.getByText("Not valid JSON").waitFor();
    expect(await dialog.getByRole("button", { name: "Start" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Input").fill(JSON.stringify(HOSTILE));
    await dialog.getByRole("button", { name: "Start" }).click();
    await dialog.getByRole("link", { name: "my instance" }).waitFor();
    const output = await waitFor(async () => (await host.client.getStatus("my instance"))?.output ?? undefined);
    expect(JSON.parse(output)).toBe(`Hello ${HOSTILE}`);
  });

  test("an orchestrator of an app with unknown functions can be started by name", async () => {
    const page = await openPage(browser);
    // Like a deployed app, which is only accessible by its management API.
    const can = { hub: false, runs: false, events: false, actions: true };
    await changeAnswer(page, "**/api/home", (home) => ({ ...home, kind: "app", functions: [], hosts: [], can }));
    await page.goto(`${host.inspectorUrl}#/home`);
    await page.getByRole("link", { name: "Start an orchestrator" }).click();
    await page.getByRole("textbox", { name: "Orchestrator" }).fill("greet");
    await page.getByLabel("Instance ID").fill("by name");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("link", { name: "by name" }).waitFor();
    expect((await host.client.getStatus("by name"))?.name).toBe("greet");
    expect(await page.getByRole("link", { name: "Task hub" }).count()).toBe(0);
  });

  test("a timer can be run by hand, and its end is reported", async () => {
    const page = await open("#/home?call=tick");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText(/It completed in/).waitFor();
  });

  test("the failure of a function is shown as text", async () => {
    const page = await open("#/home?call=jobs");
    await page.getByLabel("Input").fill("bad");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("It failed after").waitFor();
    await page.locator("pre", { hasText: "<img src=x" }).waitFor();
    expect(await page.locator("main img").count()).toBe(0);
  });
});

test("the log is live, can be filtered, and does not change while it is paused", async () => {
  const page = await open("#/home");
  const log = page.getByRole("log", { name: "Log lines" });
  await page.getByLabel("Filter lines").fill("user echo");
  await fetch(`${host.url}/api/echo/4711`);
  await log.getByText("echo of 4711").waitFor();
  expect(await log.getByText("Executed").count()).toBe(0);
  await page.getByRole("button", { name: "Pause" }).click();
  await fetch(`${host.url}/api/echo/4712`);
  await page.getByLabel("Filter lines").fill("echo of 4711");
  await page.getByLabel("Filter lines").fill("");
  expect(await log.getByText("echo of 4712").count()).toBe(0);
  await page.getByRole("button", { name: "Pause" }).click();
  await log.getByText("echo of 4712").waitFor();
});

describe("entities", () => {
  test("can be sent operations from the list, and are shown with their live state", async () => {
    const page = await open("#/entities");
    await page.getByRole("link", { name: "Signal an entity" }).click();
    const dialog = page.getByRole("dialog", { name: "Signal an entity" });
    await dialog.getByLabel("Entity name").fill("Counter");
    await dialog.getByLabel("Key").fill(HOSTILE);
    await dialog.getByLabel("Operation").fill("add");
    await dialog.getByLabel("Input").fill("41");
    await dialog.getByRole("button", { name: "Send" }).click();
    await page.getByText(/^Sent add to/).waitFor();
    await page.locator(".json", { hasText: "41" }).waitFor();
    await page.getByLabel("Operation").fill("add");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".json", { hasText: "42" }).waitFor();
    expect(await page.locator("main img").count()).toBe(0);
  });

  test("are listed with their state, and the filter stays in the URL", async () => {
    await signal("listed", "set", { owner: "Ann" });
    await signal("hidden", "set", 1);
    const page = await open("#/entities");
    await page.getByText("counter hidden").waitFor();
    await page.getByLabel("Filter by name, key or state").fill("ANN");
    await page.getByText("1 of ").waitFor();
    await page.reload();
    expect(await page.getByLabel("Filter by name, key or state").inputValue()).toBe("ANN");
    await page.getByText('{"owner":"Ann"}').waitFor();
    expect(await page.getByText("counter hidden").count()).toBe(0);
    await page.getByRole("link", { name: "counter listed" }).click();
    await page.getByRole("heading", { name: "counter listed" }).waitFor();
    await expect.poll(() => page.title()).toBe("Entity @counter@listed · same-kit inspector");
  });

  test("show the holder of their lock, and the waiting operations", async () => {
    const id = await start("holds", "locked");
    const page = await open("#/entity?name=Counter&key=locked");
    await page.getByRole("link", { name: id }).waitFor();
    await signal("locked", "add", 5);
    await page.getByRole("row", { name: "add signal a client" }).waitFor();
    await host.client.raiseEvent(id, "release", null);
    await page.locator(".json", { hasText: "5" }).waitFor();
    expect(await page.getByRole("link", { name: id }).count()).toBe(0);
  });

  test("can be sent their first operation on the page of a missing entity", async () => {
    const page = await open("#/entity?name=Counter&key=first");
    await page.getByText("There is no such entity").waitFor();
    await page.getByLabel("Operation").fill("set");
    await page.getByLabel("Input").fill('["x"]');
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".json", { hasText: '"x"' }).waitFor();
  });
});

describe("Task hub", () => {
  test("shows the partitions with their owners, and the queues", async () => {
    const page = await open("#/hub");
    const table = page.getByRole("table").first();
    await table.getByRole("rowheader", { name: "inspected-control-00" }).waitFor();
    expect(await table.getByRole("row").count()).toBe(5);
    expect(await table.getByText("no host").count()).toBe(0);
    await page.getByRole("rowheader", { name: "inspected-workitems" }).waitFor();
    expect(page.problems).toEqual([]);
  });

  test("lists poison queues with their number of messages, and so does Home", async () => {
    const service = QueueServiceClient.fromConnectionString(host.storage.connectionString);
    await service.getQueueClient("jobs").createIfNotExists();
    await service.getQueueClient("jobs").sendMessage(Buffer.from('"bad"').toString("base64"));
    const page = await open("#/hub");
    await page.getByRole("row", { name: /^jobs-poison 1 / }).waitFor();
    await page.goto(`${host.inspectorUrl}#/home`);
    await page.getByText("One message is in the poison queue jobs-poison.").waitFor();
  });

  test("draws the throughput of calls, and has the numbers as a table", async () => {
    const page = await open("#/hub");
    await fetch(`${host.url}/api/echo/1`);
    await page.getByText(/[1-9]\d* completed/).waitFor();
    await page.getByRole("img", { name: "Calls per second" }).waitFor();
    await page.getByText("As a table").click();
    const numbers = page.getByRole("region", { name: "Throughput in numbers" });
    expect(await numbers.getByRole("row").count()).toBe(11);
  });

  test("is refreshed every three seconds, only while it is visible", async () => {
    const page = await openPage(browser);
    await page.clock.install();
    let asked = 0;
    page.on("request", (request) => void (request.url().endsWith("api/hub") && asked++));
    await page.goto(`${host.inspectorUrl}#/hub`);
    await page.getByRole("rowheader", { name: "inspected-control-00" }).waitFor();
    expect(asked).toBe(1);
    await page.clock.runFor(9100);
    expect(asked).toBe(4);
    await hide(page, true);
    await page.clock.runFor(9100);
    expect(asked).toBe(4);
    await hide(page, false);
    await waitFor(() => asked === 5);
    await page.getByRole("link", { name: "Entities" }).click();
    await page.getByRole("heading", { name: "Entities" }).waitFor();
    await page.clock.runFor(9100);
    expect(asked).toBe(5);
  });
});

/** As if another tab were in the foreground. */
async function hide(page: TestPage, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event("visibilitychange"));
  `);
}

describe("every page", () => {
  // With a text that is shown after the page has loaded.
  const VIEWS: readonly [hash: string, text: string][] = [
    ["#/home", "Orchestrators call it."],
    ["#/home?call=echo", "a key goes into x-functions-key"],
    ["#/home?call=greet", "Empty: a new one"],
    ["#/home?call=tick", "Text, in the form that the trigger delivers"],
    ["#/entities", "xxxx"],
    ["#/entities?form=signal", "Entity name"],
    ["#/entity?name=Counter&key=seen", "xxxx"],
    ["#/entity?name=Counter&key=missing", "There is no such entity"],
    ["#/hub", "inspected-control-00"],
    ["#/instances", "Created since"],
    ["#/instance?id=seen", "Raise event"],
    ["#/instance?id=seen&tab=sequence", "Raise event"],
    ["#/instance?id=seen&tab=history", "ExecutionStarted"],
    ["#/instance?id=seen&tab=values", "Input"],
    ["#/instance?id=seen&tab=log", "Raise event"],
  ];

  beforeAll(async () => {
    await signal("seen", "set", { text: "x".repeat(500) });
    await start("holds", "seen", "seen");
  });

  test.each([
    ["light", 1100],
    ["dark", 360],
  ] as const)("is accessible and fits, in %s mode and %d pixels wide", async (colorScheme, width) => {
    const page = await open("#/home", { colorScheme, viewport: { width, height: 700 } });
    for (const [view, text] of VIEWS) {
      await page.goto(`${host.inspectorUrl}${view}`);
      await page.getByText(text).first().waitFor();
      expect(await accessibilityProblems(page), view).toEqual([]);
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflow, view).toBeLessThanOrEqual(0);
    }
  });

  test("can be reached with the keyboard, skipping the navigation bar", async () => {
    const page = await open("#/hub");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement?.id")).toBe("main");
  });

  test("loads a small script", () => {
    expect(gzipSync(readFileSync("dist/inspector/main.js")).length).toBeLessThan(150_000);
  });
});

/** Removes details of this machine from what the page receives. */
async function hideThisMachine(page: TestPage): Promise<void> {
  await changeAnswer(page, "**/api/home", (home) => ({ ...home, hosts: [] }));
  await changeAnswer(page, "**/api/hub", ({ partitions, ...hub }) => ({
    ...hub,
    partitions: (partitions as object[]).map((it) => ({ ...it, owner: "my-laptop" })),
  }));
}

test("the documentation has screenshots of Home, the form of a function, an instance, and the task hub", async () => {
  const page = await open("#/home");
  await hideThisMachine(page);
  await page.reload();
  await page.getByText("Host on this machine").waitFor();
  await page.getByRole("link", { name: other.url }).waitFor({ state: "detached" });
  await docImage(page, "inspector-home");
  await page.getByRole("link", { name: "Call echo" }).click();
  await page.getByLabel("id").fill("7");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("200 OK").waitFor();
  await docImage(page, "inspector-call");
  const id = await start("deliver");
  await page.setViewportSize({ width: 1100, height: 480 });
  await page.goto(`${host.inspectorUrl}#/instance?id=${id}`);
  await page.getByRole("heading", { name: "deliver Completed" }).waitFor();
  await docImage(page, "inspector-instance");
  await page.setViewportSize({ width: 1100, height: 860 });
  await page.goto(`${host.inspectorUrl}#/hub`);
  await page.getByText("my-laptop").first().waitFor();
  await docImage(page, "inspector-hub");
});
