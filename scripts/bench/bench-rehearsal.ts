import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { packageRoot } from "../../local/src/shared/package-root.ts";
import { type Figure, figure, timed } from "./figure.ts";

type Report = { phases?: { title: string; durationMs: number }[] };

/** `up --rehearse` from nothing, and again with nothing changed. */
export async function benchRehearsal(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  await cp(path.join(packageRoot(), "test", "testdata", "features", "singlestep"), folder, { recursive: true });
  let report: Report = {};
  const call = async (...args: string[]) => {
    const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
    const result = await execa(process.execPath, [launcher, ...args, "--rehearse", "--yes", "--json"], { cwd: folder });
    report = JSON.parse(result.stdout) as Report;
  };
  try {
    const first = await timed(() => call("up"));
    const phases = report.phases ?? [];
    const second = await timed(() => call("up"));
    return [
      figure("up --rehearse from nothing", first / 1000, "s", { atMost: 25 }),
      figure("up --rehearse, nothing changed", second / 1000, "s", {
        atMost: 4,
        yardstick: { name: "from nothing", value: first / 1000 },
      }),
      ...phases.map(({ title, durationMs }) => figure(`phase: ${title}`, (100 * durationMs) / first, "%")),
    ];
  } finally {
    await call("down").catch(() => {});
  }
}
