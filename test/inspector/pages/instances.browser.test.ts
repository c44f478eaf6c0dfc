// The list of instances in a real Chromium: 10,000 of them, hostile names, and actions on many of them.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { InstanceStatus } from "../../../local/src/engine/client.ts";
import { accessibilityProblems } from "../../helpers/accessibility.ts";
import { launchBrowser, openPage, type TestPage } from "../../helpers/chromium.ts";
import { FakeTaskHubClient, instanceStatus } from "../../helpers/fake-task-hub-client.ts";
import { type ServedInspector, serveFakeHub } from "../../helpers/served-inspector.ts";

const HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
const HOSTILE_IDS = [HOSTILE, "\u202Eevil\u202C", "zero\u200Bwidth", `long-${"x".repeat(200)}`, "עברית-1"];
const START_MS = Date.parse("2026-06-24T12:00:00Z");

const client = new FakeTaskHubClient();
let browser: Browser;
let served: ServedInspector;
let empty: ServedInspector;

beforeAll(async () => {
  browser = await launchBrowser();
  served = await serveFakeHub(client);
  empty = await serveFakeHub(new FakeTaskHubClient());
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await empty?.stop();
});
beforeEach(() => {
  client.instances.clear();
  client.calls.length = 0;
});

/** One per minute, the newest first. */
function add(count: number, status: (index: number) => Partial<InstanceStatus> = () => ({})): void {
  for (let index = 0; index < count; index++) {
    const at = new Date(START_MS - index * 60_000).toISOString();
    const more = { instanceId: `id-${index}`, createdTime: at, lastUpdatedTime: at, ...status(index) };
    client.instances.set(more.instanceId, instanceStatus(more));
  }
}

const STATUSES = ["Running", "Completed", "Failed", "Suspended"] as const;
const mixed = (index: number) => ({ runtimeStatus: STATUSES[index % 4] ?? "Running", name: `flow${index % 3}` });

async function open(query = "", options: Parameters<typeof openPage>[1] = {}): Promise<TestPage> {
  const page = await openPage(browser, { timezoneId: "UTC", locale: "en-GB", ...options });
  await page.goto(`${served.url}#/instances${query}`);
  await page.getByRole("heading", { name: "Instances" }).waitFor();
  return page;
}

const rows = (page: TestPage) => page.locator(".rows-row");
const found = (page: TestPage) => page.locator("p[role=status]");
const wasAsked = (name: string) => client.calls.filter(([it]) => it === name).map(([, id]) => id);

describe("10,000 instances", () => {
  beforeEach(() => add(10_000, mixed));

  test("are all listed and counted, and only the visible ones are drawn", async () => {
    const page = await open();
    await expect.poll(() => found(page).textContent()).toBe("10000 of 10000");
    expect(await page.getByRole("button", { name: "Failed 2500" }).isVisible()).toBe(true);
    expect(await rows(page).count()).toBeLessThan(80);
    await page.getByRole("region", { name: "Instances" }).press("End");
    await page.getByText("id-9999").waitFor();
    await page.getByRole("region", { name: "Instances" }).press("Home");
    await page.getByText("id-0", { exact: true }).waitFor();
    expect(await rows(page).count()).toBeLessThan(80);
    expect(page.problems).toEqual([]);
  });

  test("are purged together, after a confirmation with their number", async () => {
    const page = await open("?status=Failed&q=id-99");
    await expect.poll(() => found(page).textContent()).toBe("28 of 10000");
    await page.getByRole("checkbox", { name: "Select all in the list" }).check();
    await page.getByRole("button", { name: "Purge 28" }).click();
    const dialog = page.getByRole("dialog", { name: "Purge 28 instances?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(wasAsked("purge")).toEqual([]);
    await page.getByRole("button", { name: "Purge 28" }).click();
    await dialog.getByRole("button", { name: "Purge" }).click();
    await expect.poll(() => found(page).textContent()).toBe("0 of 9972");
    expect(new Set(wasAsked("purge")).size).toBe(28);
    expect(client.instances.size).toBe(9972);
  });
});

describe("the list", () => {
  test("keeps its filters in the URL, and restores them from there", async () => {
    add(40, mixed);
    const page = await open();
    await page.getByRole("button", { name: "Failed 10" }).click();
    await page.getByRole("button", { name: "Running 10" }).click();
    await page.getByRole("searchbox").fill("FLOW1");
    await page.getByLabel("Created since").fill("2026-06-24T11:30");
    await expect.poll(() => found(page).textContent()).toBe("5 of 40");
    const link = page.url();
    expect(new URLSearchParams(link.split("?")[1])).toEqual(
      new URLSearchParams({ status: "Failed,Running", q: "FLOW1", since: "2026-06-24T11:30" }),
    );
    await page.reload();
    await expect.poll(() => found(page).textContent()).toBe("5 of 40");
    expect(await page.getByRole("searchbox").inputValue()).toBe("FLOW1");
    expect(await page.getByRole("button", { name: /^Failed/ }).getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByRole("button", { name: /^Completed/ }).getAttribute("aria-pressed")).toBe("false");
  });

  test("is sorted by a column, and in reverse when the column is clicked again", async () => {
    add(3, (index) => ({ name: ["bees", "ants", "cats"][index] ?? "" }));
    const page = await open();
    const names = () => rows(page).getByRole("link").allTextContents();
    await expect.poll(names).toEqual(["bees", "ants", "cats"]);
    await page.getByRole("link", { name: /^Name/ }).click();
    await expect.poll(names).toEqual(["ants", "bees", "cats"]);
    await page.getByRole("link", { name: /^Name.*ascending/ }).click();
    await expect.poll(names).toEqual(["cats", "bees", "ants"]);
    expect(page.url()).toContain("sort=name");
  });

  test("is updated live, and keeps its selection and scroll position", async () => {
    add(500);
    const page = await open();
    await page.getByRole("checkbox", { name: "Select id-1", exact: true }).check();
    const list = page.getByRole("region", { name: "Instances" });
    await list.evaluate((it) => it.scrollTo({ top: 5000 }));
    await page.getByText("id-150", { exact: true }).waitFor();
    const placeOf = async () => (await page.getByText("id-150", { exact: true }).boundingBox())?.y;
    const before = await placeOf();
    const at = new Date(START_MS + 60_000).toISOString();
    client.instances.set("new", instanceStatus({ instanceId: "new", createdTime: at }));
    client.instances.set("id-150", instanceStatus({ ...client.instances.get("id-150"), runtimeStatus: "Completed" }));
    served.changed("new");
    served.changed("id-150");
    await expect.poll(() => found(page).textContent()).toBe("501 of 501");
    await rows(page).filter({ hasText: "id-150" }).getByText("Completed").waitFor();
    expect(await placeOf()).toBe(before);
    expect(await page.getByText("1 selected").isVisible()).toBe(true);
    await list.evaluate((it) => it.scrollTo({ top: 0 }));
    await page.getByText("new", { exact: true }).waitFor();
    expect(await page.getByRole("checkbox", { name: "Select id-1", exact: true }).isChecked()).toBe(true);
  });

  test("terminates the running instances of a selection, and continues if one has ended in the meantime", async () => {
    add(4, mixed);
    const page = await open();
    await page.getByRole("checkbox", { name: "Select all in the list" }).check();
    await page.getByRole("button", { name: "Terminate 2" }).click();
    client.instances.set("id-0", instanceStatus({ instanceId: "id-0", runtimeStatus: "Completed" }));
    await page.getByRole("dialog").getByRole("button", { name: "Terminate" }).click();
    await expect.poll(() => wasAsked("terminate")).toEqual(["id-3"]);
    await page.getByText("1 had ended").waitFor();
  });

  test("has a hint if it is empty, and says so if nothing matches", async () => {
    const page = await openPage(browser);
    await page.goto(`${empty.url}#/instances`);
    await page.getByText("No orchestration was started yet.").waitFor();
    add(1);
    const other = await open("?q=nothing");
    await other.getByText("No instance matches").waitFor();
    await other.getByRole("button", { name: "Clear filters" }).click();
    await rows(other).getByText("id-0").waitFor();
  });
});

describe("hostile names", () => {
  beforeEach(() => {
    add(HOSTILE_IDS.length, (index) => ({ instanceId: HOSTILE_IDS[index] ?? "", name: HOSTILE }));
  });

  test("are shown as text", async () => {
    const page = await open();
    await rows(page).first().waitFor();
    expect(await rows(page).getByRole("link").allTextContents()).toEqual(HOSTILE_IDS.map(() => HOSTILE));
    expect(await page.title()).not.toBe("owned");
    for (const id of HOSTILE_IDS) {
      await page.goto(`${served.url}#/instance?${new URLSearchParams({ id })}`);
      await page.getByRole("heading", { level: 1 }).filter({ hasText: HOSTILE }).waitFor();
    }
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
    expect(page.problems).toEqual([]);
  });

  test("are accessible, in light and dark mode, and fit into a narrow window", async () => {
    const page = await open();
    await rows(page).first().waitFor();
    await page.getByRole("checkbox", { name: "Select all in the list" }).check();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Terminate 5" }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    for (const width of [800, 360]) {
      await page.setViewportSize({ width, height: 640 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }
  });
});
