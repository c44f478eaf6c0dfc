import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { type Figure, figure, timed } from "./figure.ts";

type Phase = { title: string; ms: number };

/** `up --rehearse` from nothing, and again without changes. */
export async function benchRehearsal(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  await cp(path.join(packageRoot(), "test", "testdata", "features", "singlestep"), folder, { recursive: true });
  let phases: Phase[] = [];
  const call = async (command: string) => {
    const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
    const result = await execa(process.execPath, [launcher, command, "--rehearse", "--yes"], { cwd: folder });
    phases = phasesOf(result.stderr);
  };
  try {
    const first = await timed(() => call("up"));
    const share = phases.map(({ title, ms }) => figure(`phase: ${title}`, (100 * ms) / first, "%"));
    const second = await timed(() => call("up"));
    return [
      figure("up --rehearse from nothing", first / 1000, "s", { atMost: 25 }),
      figure("up --rehearse, nothing changed", second / 1000, "s", {
        atMost: 4,
        yardstick: { name: "from nothing", value: first / 1000 },
      }),
      ...share,
    ];
  } finally {
    await call("down").catch(() => {});
  }
}

/** Each phase ends with a line such as `✓ Plan (2.26 s)`. */
function phasesOf(stderr: string): Phase[] {
  return [...stderr.matchAll(/^✓ (.+) \((\d+\.\d+) s\)$/gm)].map(([, title = "", seconds]) => ({
    title,
    ms: Number(seconds) * 1000,
  }));
}
