import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** Local pages respond faster; a missing element should not use up the test's whole time limit. */
const ACTION_TIMEOUT_MS = 15_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The browser in `SAME_KIT_TEST_CHROMIUM`, or else the first one on PATH. @throws Error that says what to install. */
function chromiumPath(): string {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const found = [process.env["SAME_KIT_TEST_CHROMIUM"] ?? "", ...candidates].find(isExecutable);
  if (found !== undefined) return found;
  throw new Error("No Chromium is on PATH: install Debian's chromium, or name one with SAME_KIT_TEST_CHROMIUM.");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return file !== "";
  } catch {
    return false;
  }
}

/** A headless browser with its own profile in the temp folder, closed with the current test. */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  const browser = await launchBrowser(args);
  onTestFinished(() => browser.close());
  return browser;
}

/** Like {@link openBrowser}, for several tests: the caller closes it. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  // Its sandbox needs namespaces that are not available to root in containers.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: chromiumPath(),
    chromiumSandbox: !isRoot,
    args: ["--disable-dev-shm-usage", ...args],
  });
}

export type TestPage = Page & {
  /** Errors reported by the page, and files that it requested from other origins. */
  readonly problems: string[];
};

/** A page that records its errors, including any request to another machine. It is closed with the current test. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  context.setDefaultTimeout(ACTION_TIMEOUT_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isLocal =
      ["file:", "data:", "blob:", "about:"].includes(protocol) || ["localhost", "127.0.0.1"].includes(hostname);
    if (!isLocal) problems.push(`asked for ${request.url()}`);
  });
  return Object.assign(page, { problems });
}

/** The version of the browser, for a report. */
export function chromiumVersion(): string {
  return execFileSync(chromiumPath(), ["--version"], { encoding: "utf8" }).trim();
}
