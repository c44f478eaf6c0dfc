import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";
import { AppClient } from "../../../toolkit/src/adapters/app/app-client.ts";
import { readStepDetails } from "../../../toolkit/src/adapters/app/step-details.ts";
import { type HostProcess, startHostProcess } from "../../helpers/local-host.ts";
import { listTestPythons } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const APP = path.join(packageRoot(), "dist", "functions-app");
const python = (await listTestPythons()).at(-1)?.executable as string;
const SETTINGS = { SAME_PYTHON: python };
const CELLS = 9;
const CELLS_A_STEP = 3;

type Cell = { source: string; number: number };

/** A generated notebook in steps, each of which first reports that it has started, and waits until it may continue. */
function generate(seed: number, folder: string): Cell[][] {
  const text = execFileSync(python, ["test/fixtures/notebooks/generate.py", String(seed), String(CELLS)]);
  const cells = (JSON.parse(text.toString()) as string[]).map((source, index) => ({ source, number: index + 1 }));
  return Array.from({ length: CELLS / CELLS_A_STEP }, (_, step) => [
    { source: gate(folder, step), number: CELLS + step + 1 },
    ...cells.slice(step * CELLS_A_STEP, (step + 1) * CELLS_A_STEP),
  ]);
}

function gate(folder: string, step: number): string {
  const [at, go] = ["at", "go"].map((name) => JSON.stringify(path.join(folder, `${name}-${step}`)));
  return `import os as os_, time as time_\nopen(${at}, 'w').close()\nwhile not os_.path.exists(${go}): time_.sleep(0.02)`;
}

const { signal } = new AbortController();
const clientOf = ({ url }: HostProcess) => new AppClient({ address: { url, accessKey: null }, fetch });

async function start(host: HostProcess, runId: string, steps: readonly Cell[][]): Promise<void> {
  const requested = steps.map((cells, index) => ({
    name: `step_${index}`,
    code: toUrlSafeBase64(cells.map(({ source }) => source).join("\n")),
    sources: { "same.yaml": "" },
    cells: cells.map(({ source, number }) => ({ number, lines: source.split("\n").length })),
    keepsResults: true,
  }));
  await clientOf(host).start({ steps: requested }, { runId, sameEnv: "default", signal });
}

/** The outputs of each cell, after the run has completed. */
async function outputsOf(host: HostProcess, runId: string): Promise<unknown[]> {
  const client = clientOf(host);
  const run = await waitFor(
    async () => {
      const found = await client.details(runId, signal);
      return found !== null && !["Pending", "Running"].includes(found.runtimeStatus) && found;
    },
    { what: "the run's end", deadlineMs: 120_000 },
  );
  expect(run, JSON.stringify(run.failed)).toMatchObject({ runtimeStatus: "Completed" });
  const outputs: unknown[] = [];
  for (const { details } of run.steps) {
    const read = readStepDetails(details);
    const found =
      read.kind === "blob"
        ? readStepDetails(
            JSON.parse(Buffer.concat(await Array.fromAsync(client.readBlob(runId, read.blob.name, signal))).toString()),
          )
        : read;
    if (found.kind !== "details") throw new Error(`The details of ${runId} cannot be read.`);
    outputs.push(...found.details.cells.map((cell) => cell.outputs));
  }
  return outputs;
}

const open = (folder: string, step: number) => writeFile(path.join(folder, `go-${step}`), "");

/** @returns The host that then has the run. */
async function kill(host: HostProcess, killed: string, stateDir: string): Promise<HostProcess> {
  if (killed === "worker") {
    process.kill(host.workerPid, "SIGKILL");
    return host;
  }
  const exited = once(host.process, "exit");
  host.process.kill("SIGKILL");
  await exited;
  return startHostProcess(APP, stateDir, SETTINGS);
}

test.each([
  [11, "worker"],
  [12, "host"],
])(
  "notebook %i computes the same as a single step, and split with kill -9 of the %s between its steps",
  async (seed, killed) => {
    const folder = await makeTempDir();
    const stateDir = path.join(folder, ".same-kit");
    const steps = generate(seed, folder);
    let host = await startHostProcess(APP, stateDir, SETTINGS);
    await start(host, "split", steps);
    for (const [step] of steps.entries()) {
      await waitFor(() => existsSync(path.join(folder, `at-${step}`)), { what: `step ${step}`, deadlineMs: 120_000 });
      if (step === 1) host = await kill(host, killed, stateDir);
      await open(folder, step);
    }
    const split = await outputsOf(host, "split");
    await start(host, "whole", [steps.flat()]);
    expect(split).toHaveLength(CELLS + steps.length);
    expect(split).toEqual(await outputsOf(host, "whole"));
  },
);
