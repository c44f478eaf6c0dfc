import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { type LocalHost, startLocal } from "@same-kit/local";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { basePython } from "./bench-notebook.ts";
import { type Figure, figure, median, sideBySide, timed } from "./figure.ts";
import { StorageTime } from "./storage-time.ts";

const RUNS = 20;
const POLL_MS = 5;
const STEP = "import json\nx = 0\ndef f(v):\n    global x\n    x = v\nf(1)\ny = json.dumps(x)\n";

/** A warm host: from POST to Completed, and the cost of a step over plain Python. */
export async function benchWarm(folder: string): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const python = await basePython();
  const host = await startLocal({
    stateDir: path.join(folder, "state"),
    port: 0,
    storage: { kind: "memory" },
    appSettings: { SAME_PYTHON: python },
  });
  const storage = new StorageTime(portsOf(host.storage.connectionString));
  try {
    await run(host); // The first run looks for Python.
    const [script, request] = await writePlain(folder);
    storage.start();
    const shares: number[] = [];
    const calls: number[] = [];
    const warm: number[] = [];
    for (let i = 0; i < RUNS; i += 1) {
      storage.take();
      const ms = await timed(() => run(host));
      const spent = storage.take();
      warm.push(ms);
      shares.push((100 * spent.ms) / ms);
      calls.push(spent.requests);
    }
    storage.stop();
    const steps: number[] = [];
    const step = async () => {
      const ms = (await run(host)).steps[0]?.durationMs ?? Number.NaN;
      steps.push(ms);
      return ms;
    };
    const plain = () => timed(() => execa(python, [script, request], { env: { PYTHONPATH: dillFolder() } }));
    const { a, b } = await sideBySide(RUNS, step, plain);
    return [
      figure("warm: POST initiate to Completed, p50", median(warm), "ms", {
        atMost: 200,
        yardstick: { name: "plain python with dill, same code", value: b },
      }),
      figure("share of it with a storage call under way", median(shares), "%", {
        note: `${median(calls)} calls a run`,
      }),
      figure("notebook step over plain python with dill", a - b, "ms", {
        atMost: 100,
        yardstick: { name: "plain python with dill", value: b },
      }),
    ];
  } finally {
    await host.stop();
  }
}

type Output = { steps: { durationMs: number }[] };

async function run(host: LocalHost): Promise<Output> {
  const steps = [
    { name: "same_step_000", code: toUrlSafeBase64(STEP), sources: { "same.yaml": toUrlSafeBase64("{}") } },
  ];
  const started = await fetch(`${host.url}/api/initiate`, { method: "POST", body: JSON.stringify({ steps }) });
  if (started.status !== 202) throw new Error(`initiate answered ${started.status}: ${await started.text()}`);
  const { statusQueryGetUri } = (await started.json()) as { statusQueryGetUri: string };
  for (;;) {
    const status = (await (await fetch(statusQueryGetUri)).json()) as { runtimeStatus: string; output: Output };
    if (status.runtimeStatus === "Completed") return status.output;
    if (status.runtimeStatus === "Failed") throw new Error(`The run failed: ${JSON.stringify(status.output)}`);
    await delay(POLL_MS);
  }
}

const dillFolder = (): string => path.join(packageRoot(), "dist", "functions-app", "python", "packages");

/** The same code, module and dump without any of our code. */
async function writePlain(folder: string): Promise<[string, string]> {
  const script = path.join(folder, "plain.py");
  const code = path.join(folder, "code.txt");
  await writeFile(code, STEP);
  await writeFile(
    script,
    [
      "import dill, os, sys, types",
      "m = types.ModuleType('__sameproject_user_code__')",
      "sys.modules[m.__name__] = m",
      "exec(compile(open(sys.argv[1]).read(), 'step', 'exec'), m.__dict__)",
      "dill.dump_module(sys.argv[1] + '.dill', module=m)",
    ].join("\n"),
  );
  return [script, code];
}

function portsOf(connectionString: string): number[] {
  return [...connectionString.matchAll(/Endpoint=http:\/\/[^:]+:(\d+)/g)].map(([, port]) => Number(port));
}
