import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { type Figure, figure, sideBySide, timed } from "./figure.ts";

const ROUNDS = 3;
// Duration of the steps before the failed one: the longer, the more is saved.
const EARLIER_SECONDS = 4;

/** A run that failed in its last step: continued with the edited notebook, compared with a run from the start. */
export async function benchResume(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const notebook = path.join(folder, "nb.ipynb");
  const write = (last: string) => {
    const sources = [`import time\ntime.sleep(${EARLIER_SECONDS / 2})`, `time.sleep(${EARLIER_SECONDS / 2})`, last];
    const cells = sources.map((source, index) => ({
      cell_type: "code",
      source,
      metadata: { tags: [`same_step_${index}`] },
      outputs: [],
      execution_count: null,
    }));
    return writeFile(notebook, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells }));
  };
  const sameKit = (...args: string[]) =>
    execa(process.execPath, [path.join(packageRoot(), "bin", "same-kit.cjs"), ...args, "--json"], {
      cwd: folder,
      reject: false,
    });
  await write("1 / 0");
  const { id } = JSON.parse((await sameKit("local", "run", notebook)).stdout) as { id: string };
  await write("print('done')");
  const { a, b } = await sideBySide(
    ROUNDS,
    () => timed(() => sameKit("local", "resume", id)),
    () => timed(() => sameKit("local", "run", notebook)),
  );
  return [
    figure("local resume in the last of three steps, whole command", a, "ms", {
      yardstick: { name: `local run, ${EARLIER_SECONDS} s of it in earlier steps`, value: b },
    }),
    figure("local resume / local run", a / b, "x", { atMost: 0.5 }),
  ];
}
