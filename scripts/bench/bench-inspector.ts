// The inspector's page in a real Chromium, on a generated hub: ten thousand instances, one with twenty thousand events,
// one with an output of five megabytes.

import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { createSystemClock, packageRoot, silentLogger } from "@same-kit/shared";
import type { Page } from "playwright-core";
import { serveInspector } from "../../local/src/emulator/inspector-server.ts";
import { createInspector, type InspectedSource } from "../../local/src/inspector/index.ts";
import type { WebhookHandler } from "../../local/src/shared/http-message.ts";
import { launchBrowser } from "../../test/helpers/chromium.ts";
import { type Figure, figure, median, round } from "./figure.ts";
import { cpuSeconds, processTree } from "./processes.ts";

const INSTANCES = 10_000;
const EVENTS = 20_000;
const OUTPUT_BYTES = 5_000_000;
const ROUNDS = 7;
const IDLE_MS = 20_000;
const KILOBYTE = 1000;
/** One frame at 60 per second. */
const FRAME_MS = 1000 / 60;

export async function benchInspector(): Promise<Figure[]> {
  const clock = createSystemClock();
  const inspector = createInspector(madeUpSource(), { clock, log: silentLogger });
  const server = await serveInspector(inspector, { port: 0, allowUsers: undefined, log: silentLogger });
  const browser = await launchBrowser();
  try {
    const open = async (hash: string): Promise<Page> => {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      await page.goto(`${server.url}${hash}`);
      return page;
    };
    return [
      scriptSize(),
      await firstPaint(open),
      ...(await manyInstances(open)),
      ...(await longHistory(open)),
      await largeOutput(open),
      await idle(open),
    ];
  } finally {
    await browser.close();
    await server.stop();
  }
}

type Open = (hash: string) => Promise<Page>;

function scriptSize(): Figure {
  const script = readFileSync(path.join(packageRoot(), "dist", "inspector", "main.js"));
  const kilobytes = gzipSync(script).length / KILOBYTE;
  return figure("inspector: compressed script", kilobytes / KILOBYTE, "MB", {
    atMost: 0.15,
    note: `${round(kilobytes)} KB`,
  });
}

async function firstPaint(open: Open): Promise<Figure> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const page = await open("#/home");
    await page.getByRole("heading", { level: 1 }).waitFor();
    times.push(
      await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9"),
    );
    await page.close();
  }
  return figure("inspector: first paint", median(times), "ms", { atMost: 200 });
}

async function manyInstances(open: Open): Promise<Figure[]> {
  const startedAt = performance.now();
  const page = await open("#/instances");
  await page.getByText(`${INSTANCES} of ${INSTANCES}`).waitFor();
  const loadedMs = performance.now() - startedAt;
  const scrolled = await scrollFrames(page);
  const filterStart = performance.now();
  await page.getByRole("searchbox").fill("instance-9999");
  await page.getByText(`1 of ${INSTANCES}`).waitFor();
  const filteredMs = performance.now() - filterStart;
  await page.close();
  return [
    figure(`inspector: list of ${INSTANCES} instances, from the link to its rows`, loadedMs, "ms"),
    scrollFigure(`inspector: scrolling ${INSTANCES} instances, 95th frame of 100`, scrolled),
    figure("inspector: from a filter to what it finds", filteredMs, "ms"),
  ];
}

async function longHistory(open: Open): Promise<Figure[]> {
  const startedAt = performance.now();
  const page = await open("#/instance?id=long&tab=history");
  await page.getByText(`${EVENTS + 2} of ${EVENTS + 2}`).waitFor();
  const loadedMs = performance.now() - startedAt;
  const scrolled = await scrollFrames(page);
  await page.close();
  return [
    figure(`inspector: history of ${EVENTS} events, from the link to its rows`, loadedMs, "ms"),
    scrollFigure(`inspector: scrolling ${EVENTS} events, 95th frame of 100`, scrolled),
  ];
}

async function largeOutput(open: Open): Promise<Figure> {
  const page = await open("#/instance?id=large&tab=values");
  await page.getByRole("button", { name: /Load all/ }).click({ trial: true });
  const startedAt = performance.now();
  await page.getByRole("button", { name: /Load all/ }).click();
  await page.locator(".json-members").waitFor();
  const ms = performance.now() - startedAt;
  await page.close();
  return figure("inspector: an output of 5 MB, from the click to its tree", ms, "ms");
}

/** An open, visible page while nothing happens. */
async function idle(open: Open): Promise<Figure> {
  const page = await open("#/instances");
  await page.getByText(`${INSTANCES} of ${INSTANCES}`).waitFor();
  await delay(2000);
  const pids = processTree(process.pid);
  const before = cpuSeconds(pids);
  await delay(IDLE_MS);
  const percent = (100 * (cpuSeconds(pids) - before)) / (IDLE_MS / 1000);
  await page.close();
  return figure("inspector: processor time of page and server while nothing happens", percent, "%", {
    note: `${INSTANCES} instances in the list; browser included`,
  });
}

/** Milliseconds between frames while a list is scrolled from top to bottom. */
async function scrollFrames(page: Page): Promise<number[]> {
  // As text: this file is compiled without browser types.
  return page.evaluate<number[]>(`(async () => {
    const list = document.querySelector(".rows");
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const frames = [];
    let last = await nextFrame();
    for (let step = 1; step <= 100; step += 1) {
      list.scrollTop = (list.scrollHeight * step) / 100;
      const now = await nextFrame();
      frames.push(now - last);
      last = now;
    }
    return frames;
  })()`);
}

function scrollFigure(name: string, frames: readonly number[]): Figure {
  const sorted = [...frames].sort((a, b) => a - b);
  return figure(name, sorted[94] ?? Number.NaN, "ms", {
    yardstick: { name: "one frame at 60 a second", value: FRAME_MS },
  });
}

function madeUpSource(): InspectedSource {
  return {
    management,
    describe: async () => ({
      kind: "host",
      where: "http://localhost:7071",
      hubName: "MadeUp",
      storage: "disk",
      version: "0.0.0",
      nodeVersion: null,
      state: "Running",
      functions: [],
      hosts: [],
    }),
  };
}

const START_MS = Date.UTC(2026, 0, 1);
const time = (ms: number): string => new Date(START_MS + ms).toISOString();

const row = (id: string, index: number) => ({
  name: `orchestrator${index % 20}`,
  instanceId: id,
  runtimeStatus: index % 7 === 0 ? "Failed" : "Completed",
  input: null,
  customStatus: null,
  output: null,
  createdTime: time(index * 1000),
  lastUpdatedTime: time(index * 1000 + 500),
});

const ALL = JSON.stringify(Array.from({ length: INSTANCES }, (_, index) => row(`instance-${index}`, index)));

const management: WebhookHandler = async ({ url }) => {
  const id = url.pathname.split("/").at(-1) ?? "";
  const body = id === "instances" ? ALL : JSON.stringify({ ...row(id, 1), ...detailOf(id) });
  return { status: 200, headers: {}, body };
};

function detailOf(id: string): object {
  if (id === "large") {
    const rows = OUTPUT_BYTES / 100;
    return { output: Array.from({ length: rows }, (_, index) => ({ key: `row-${index}`, text: "x".repeat(70) })) };
  }
  if (id !== "long") return {};
  const calls = Array.from({ length: EVENTS }, (_, index) => ({
    EventType: "TaskCompleted",
    Timestamp: time(index * 10 + 5),
    ScheduledTime: time(index * 10),
    FunctionName: "work",
    Result: index,
  }));
  const started = { EventType: "ExecutionStarted", Timestamp: time(0), FunctionName: "main" };
  const ended = { EventType: "ExecutionCompleted", Timestamp: time(EVENTS * 10), OrchestrationStatus: "Completed" };
  return { historyEvents: [started, ...calls, ended] };
}
