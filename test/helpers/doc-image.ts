import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";

const FOLDER = path.resolve("docs/images");

/**
 * Takes a screenshot of the current page for the documentation, if `SAME_KIT_WRITE_IMAGES=1`; otherwise does nothing.
 *
 * @param name - Without folder and extension.
 */
export async function docImage(page: Page, name: string): Promise<void> {
  if (process.env["SAME_KIT_WRITE_IMAGES"] !== "1") return;
  await mkdir(FOLDER, { recursive: true });
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
}
