import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { type LocalHost, startLocal } from "@same-kit/local";
import { execa } from "execa";
import { basePython } from "./bench-notebook.ts";
import { type Figure, figure, median, timed } from "./figure.ts";
import { installNotebookPeers } from "./notebook-peers.ts";

const RUNS = 30;
const PAPERMILL_ROUNDS = 5;
const POLL_MS = 5;
// Time for the host to start what it keeps ready for the next run.
const PAUSE_MS = 400;
const PACKAGES = "numpy==2.2.6 pandas==2.2.3";
const PLAIN = "import json\nx = json.dumps(list(range(1000)))\n";
const WITH_PANDAS =
  "import numpy as np\nimport pandas as pd\ndf = pd.DataFrame({'a': np.arange(1000)})\ntotal = int(df.a.sum())\n";

/** The cost of a warm step over `exec` of the same code in a Python that has everything imported. */
export async function benchStep(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const python = await installPandas(folder);
  const appSettings = { SAME_PYTHON: python ?? (await basePython()) };
  const host = await startLocal({
    stateDir: path.join(folder, "state"),
    port: 0,
    storage: { kind: "memory" },
    appSettings,
  });
  try {
    const plain = await measure(host, folder, appSettings.SAME_PYTHON, PLAIN);
    const figures = [...toFigures("a step of plain Python", plain), ...(await besidePeers(folder, plain.steps))];
    if (python === null) return figures;
    return [...figures, ...toFigures("a step with numpy and pandas", await measure(host, folder, python, WITH_PANDAS))];
  } finally {
    await host.stop();
  }
}

/** The same cell run by nbclient in a running kernel, and by papermill, which starts a kernel for each notebook. */
async function besidePeers(folder: string, steps: readonly number[]): Promise<Figure[]> {
  const peers = await installNotebookPeers(folder, await basePython());
  if (peers === null) return [];
  const cells = await peers.nbclientCell(PLAIN, RUNS);
  const notebook = path.join(folder, "plain.ipynb");
  const cell = { cell_type: "code", id: "a", metadata: {}, source: PLAIN, outputs: [], execution_count: null };
  const kernelspec = { name: "python3", display_name: "Python 3" };
  await writeFile(
    notebook,
    JSON.stringify({ cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  const whole: number[] = [];
  for (let round = 0; round < PAPERMILL_ROUNDS; round += 1) whole.push(await timed(() => peers.papermill(notebook)));
  const name = "a step of plain Python, warm, p50";
  return [
    figure(name, median(steps), "ms", {
      yardstick: { name: "nbclient, a cell in a running kernel", value: median(cells) },
    }),
    figure(name, median(steps), "ms", {
      yardstick: { name: "papermill, a notebook of that cell", value: median(whole) },
    }),
  ];
}

type Measured = { first: number; steps: number[]; bare: number[] };

function toFigures(name: string, { first, steps, bare }: Measured): Figure[] {
  return [
    figure(`${name}, warm, over a bare exec, p50`, median(steps) - median(bare), "ms", {
      atMost: 40,
      yardstick: { name: "bare exec, all imported", value: median(bare) },
    }),
    figure(`${name}, the first one`, first, "ms"),
  ];
}

async function measure(host: LocalHost, folder: string, python: string, code: string): Promise<Measured> {
  const first = await step(host, code);
  // The second run causes its packages to be preloaded; in the third, that is done, however slow the machine is.
  for (let round = 0; round < 2; round += 1) {
    await delay(10 * PAUSE_MS);
    await step(host, code);
  }
  const steps: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await delay(PAUSE_MS);
    steps.push(await step(host, code));
  }
  return { first, steps, bare: await bareExec(folder, python, code) };
}

async function bareExec(folder: string, python: string, code: string): Promise<number[]> {
  const script = path.join(folder, "bare.py");
  const lines = [
    "import json, sys, time",
    "code, times = sys.stdin.read(), []",
    `for _ in range(${RUNS} + 1):`,
    "    started = time.perf_counter()",
    "    exec(compile(code, 'step', 'exec'), {})",
    "    times.append((time.perf_counter() - started) * 1000)",
    "print(json.dumps(times[1:]))",
  ];
  await writeFile(script, lines.join("\n"));
  const { stdout } = await execa(python, [script], { input: code });
  return JSON.parse(stdout) as number[];
}

type Output = { steps: { durationMs: number }[] };

/** @returns The duration of the step, as measured by the app. */
async function step(host: LocalHost, code: string): Promise<number> {
  const steps = [{ name: "a", code: toUrlSafeBase64(code), sources: { "same.yaml": toUrlSafeBase64("{}") } }];
  const started = await fetch(`${host.url}/api/initiate`, { method: "POST", body: JSON.stringify({ steps }) });
  if (started.status !== 202) throw new Error(`initiate answered ${started.status}: ${await started.text()}`);
  const { statusQueryGetUri } = (await started.json()) as { statusQueryGetUri: string };
  for (;;) {
    const status = (await (await fetch(statusQueryGetUri)).json()) as { runtimeStatus: string; output: Output };
    if (status.runtimeStatus === "Completed") return status.output.steps[0]?.durationMs ?? Number.NaN;
    if (status.runtimeStatus === "Failed") throw new Error(`The run failed: ${JSON.stringify(status.output)}`);
    await delay(POLL_MS);
  }
}

/** @returns null if they cannot be installed. */
async function installPandas(folder: string): Promise<string | null> {
  const environment = path.join(folder, "pandas");
  await execa(await basePython(), ["-m", "venv", environment], { reject: false });
  const python = path.join(environment, "bin", "python");
  const installed = await execa(python, ["-m", "pip", "install", "-q", ...PACKAGES.split(" ")], { reject: false });
  return installed.failed ? null : python;
}
