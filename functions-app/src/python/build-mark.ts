import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

// A builder that lives touches its mark every few seconds, so a mark this old has none: its process was killed.
const STALE_AFTER_MS = 30_000;
const TOUCH_EVERY_MS = 5_000;

/** Says that this process builds an environment. Saves others the work; a mark whose owner died is taken over. */
export class BuildMark {
  readonly #file: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(file: string) {
    this.#file = file;
    this.#timer = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_EVERY_MS);
    this.#timer.unref();
  }

  /** Undefined while another process builds. */
  static async tryPlace(folder: string): Promise<BuildMark | undefined> {
    const file = path.join(folder, "building.json");
    if (await isAbandoned(file)) await rm(file, { force: true });
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(JSON.stringify({ host: os.hostname(), pid: process.pid }));
      await handle.close();
      return new BuildMark(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
      throw error;
    }
  }

  async remove(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#file, { force: true });
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    if (Date.now() - (await stat(file)).mtimeMs > STALE_AFTER_MS) return true;
    const { host, pid } = JSON.parse(await readFile(file, "utf8")) as { host: string; pid: number };
    return host === os.hostname() && !isRunning(pid);
  } catch {
    return false; // Gone, or just being written.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
