import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { type LocalHost, startLocal } from "@same-kit/local";
import { folderSize, packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { basePython } from "./bench-notebook.ts";
import { type Figure, figure, median, timed } from "./figure.ts";

const STEPS = 6;
const ARRAYS = 10;
const ROUNDS = 3;
const SIZES: readonly [name: string, bytes: number][] = [
  ["1 KB", 1e3],
  ["1 MB", 1e6],
  ["200 MB", 200e6],
  ["1 GB", 1e9],
];
const HISTORY_MB = 0.064;
const POLL_MS = 20;

/**
 * Arrays through six steps, each of which reads one and changes another, compared with six processes that load and dump
 * them with plain dill. `SAME_BENCH_SESSION_MB` adds a size.
 */
export async function benchSession(folder: string): Promise<Figure[]> {
  await mkdir(path.join(folder, "tmp"), { recursive: true });
  const python = await withNumpy(folder);
  const more = Number(process.env["SAME_BENCH_SESSION_MB"] ?? 0);
  const sizes = more > 0 ? [...SIZES, [`${more} MB`, more * 1e6] as const] : SIZES;
  const host = await startLocal({
    stateDir: path.join(folder, "state"),
    port: 0,
    appSettings: { SAME_PYTHON: python, TMPDIR: path.join(folder, "tmp") },
  });
  try {
    const figures: Figure[] = [];
    await runSteps(host, sourcesOf(1e3)); // The first run looks for Python.
    for (const [name, bytes] of sizes) figures.push(...(await measure({ host, python, folder, name, bytes })));
    return figures;
  } finally {
    await host.stop();
  }
}

type Measured = { host: LocalHost; python: string; folder: string; name: string; bytes: number };

async function measure({ host, python, folder, name, bytes }: Measured): Promise<Figure[]> {
  const sources = sourcesOf(bytes);
  const script = await writePlain(folder);
  const [ours, plain, disks]: number[][] = [[], [], []];
  let historyMb = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await folderSize(folder);
    const peak = watchSize(folder);
    let run = { id: "", statusUrl: "" };
    ours?.push(
      await timed(async () => {
        run = await runSteps(host, sources);
      }),
    );
    disks?.push((await peak.stop()) - before);
    historyMb = (await historyOf(run.statusUrl)) / 1e6;
    await host.client.purge(run.id);
    plain?.push(await timed(() => runPlain(python, script, sources)));
    await rm(`${script}.dill`, { force: true });
  }
  const [a, b, disk] = [median(ours ?? []), median(plain ?? []), median(disks ?? [])];
  const isLarge = bytes >= 100e6;
  return [
    figure(`session of ${name} over six steps, from request to result`, a, "ms", {
      yardstick: { name: "six loads and dumps with dill", value: b },
    }),
    figure(`session of ${name} over six steps / dill`, a / b, "x", isLarge ? { atMost: 1.5 } : {}),
    ...(isLarge ? [figure(`peak disk of a session of ${name} / data`, disk / bytes, "x", { atMost: 1.3 })] : []),
    // A small result is stored in the history, where clients read it.
    ...(isLarge ? [figure(`history of six steps with ${name}`, historyMb, "MB", { atMost: HISTORY_MB })] : []),
  ];
}

function sourcesOf(bytes: number): string[] {
  const count = Math.max(1, Math.round(bytes / 8 / ARRAYS));
  const make = `import numpy as np\nall = [np.random.default_rng(i).random(${count}) for i in range(${ARRAYS})]\ntotal = 0`;
  const steps = Array.from({ length: STEPS - 2 }, (_, i) => `total += all[${i}].sum()\nall[${i + 1}][0] = ${i}`);
  return [make, ...steps, "total += all[0].sum()"];
}

async function runSteps(host: LocalHost, sources: readonly string[]): Promise<{ id: string; statusUrl: string }> {
  const steps = sources.map((source, index) => ({
    name: `same_step_00${index}`,
    code: toUrlSafeBase64(source),
    sources: { "same.yaml": toUrlSafeBase64("{}") },
    cells: [{ number: 1, lines: source.split("\n").length }],
  }));
  const started = await fetch(`${host.url}/api/initiate`, { method: "POST", body: JSON.stringify({ steps }) });
  if (started.status !== 202) throw new Error(`initiate answered ${started.status}: ${await started.text()}`);
  const { id, statusQueryGetUri } = (await started.json()) as { id: string; statusQueryGetUri: string };
  for (;;) {
    const status = (await (await fetch(statusQueryGetUri)).json()) as { runtimeStatus: string; output: unknown };
    if (status.runtimeStatus === "Completed") return { id, statusUrl: statusQueryGetUri };
    if (status.runtimeStatus === "Failed") throw new Error(`The run failed: ${JSON.stringify(status.output)}`);
    await delay(POLL_MS);
  }
}

/** Size in bytes of all events including their contents. */
async function historyOf(statusUrl: string): Promise<number> {
  const answer = await fetch(`${statusUrl}&showHistory=true&showHistoryOutput=true`);
  const { historyEvents } = (await answer.json()) as { historyEvents: unknown };
  return JSON.stringify(historyEvents).length;
}

function watchSize(folder: string): { stop(): Promise<number> } {
  let isOver = false;
  let most = 0;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await folderSize(folder));
      await delay(POLL_MS);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return Math.max(most, await folderSize(folder));
    },
  };
}

async function writePlain(folder: string): Promise<string> {
  const file = path.join(folder, "plain.py");
  const lines = [
    "import dill, os, sys, types, warnings",
    "warnings.simplefilter('ignore')",
    "m = types.ModuleType('__sameproject_user_code__')",
    "sys.modules[m.__name__] = m",
    "saved = sys.argv[0] + '.dill'",
    "if os.path.exists(saved): dill.load_session(saved, main=m)",
    "exec(compile(sys.argv[1], 'step', 'exec'), m.__dict__)",
    "dill.dump_session(saved, main=m)",
  ];
  await writeFile(file, lines.join("\n"));
  return file;
}

async function runPlain(python: string, script: string, sources: readonly string[]): Promise<void> {
  const PYTHONPATH = path.join(packageRoot(), "dist", "functions-app", "python", "packages");
  for (const source of sources) await execa(python, [script, source], { env: { PYTHONPATH } });
}

/** A Python with numpy: `SAME_PYTHON`, or a newly created environment. */
async function withNumpy(folder: string): Promise<string> {
  const given = process.env["SAME_PYTHON"];
  const hasIt = async (python: string) => !(await execa(python, ["-c", "import numpy"], { reject: false })).failed;
  if (given !== undefined && (await hasIt(given))) return given;
  const environment = path.join(folder, "numpy");
  await execa(await basePython(), ["-m", "venv", environment]);
  const python = path.join(environment, "bin", "python");
  await execa(python, ["-m", "pip", "install", "-q", "numpy"]);
  return python;
}
