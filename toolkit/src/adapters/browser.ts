import { execa } from "execa";

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
  linux: ["xdg-open"],
};

/** Opens a link in the user's browser; without a browser, the user has the printed link. */
export async function openInBrowser(url: string): Promise<void> {
  const [program, ...args] = OPENERS[process.platform] ?? [];
  if (program !== undefined) await execa(program, [...args, url], { reject: false, stdio: "ignore", timeout: 10_000 });
}
