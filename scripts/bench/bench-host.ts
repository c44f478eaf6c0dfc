import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalHost, startLocal } from "@same-kit/local";
import { packageRoot } from "@same-kit/shared";
import { execa } from "execa";
import { startAzurite } from "../../local/src/azurite/index.ts";
import { type Figure, figure, median, sideBySide, timed } from "./figure.ts";
import { writeGrowthApp } from "./growth-app.ts";
import { cpuSeconds, processTree, residentBytes } from "./processes.ts";

const STARTS = 7;
const INSTANCES = 500;
const ACTIVITIES = 5;
const ROUNDS = 5;
const POLL_MS = 100;
/** First until the work of the start-up has ended, then long enough to observe what happens every 10 s. */
const IDLE = { settleMs: 15_000, watchMs: 30_000 };
const MEGABYTE = 1_000_000;

/** The whole host: its start-up time, its throughput with many instances at once, and its idle cost. */
export async function benchHost(folder: string): Promise<Figure[]> {
  return [...(await starts(folder)), ...(await bursts(folder)), ...(await idle(folder))];
}

/** `local up` until it serves, compared with Azurite alone. */
async function starts(folder: string): Promise<Figure[]> {
  const stateDir = path.join(folder, "up");
  const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
  const call = (...args: string[]) => execa(process.execPath, [launcher, "local", ...args, "--state-dir", stateDir]);
  const up = async () => {
    const ms = await timed(() => call("up", "--detach", "--port", "0"));
    await call("down");
    return ms;
  };
  const azurite = async () => {
    const startedAt = performance.now();
    const running = await startAzurite({ azuriteDir: path.join(folder, "alone"), data: "disk" });
    await running.ready;
    const ms = performance.now() - startedAt;
    await running.stop();
    return ms;
  };
  await up();
  await azurite();
  const { a, b } = await sideBySide(STARTS, up, azurite);
  return [
    figure("local up: from the command to ready, beyond Azurite's start", a - b, "ms", {
      atMost: 500,
      yardstick: { name: "Azurite from its start to its first answer", value: b },
    }),
  ];
}

/** Many instances started at once, several times on one host: memory must not grow with them. */
async function bursts(folder: string): Promise<Figure[]> {
  const appDir = await writeGrowthApp();
  const options = { appDir, stateDir: path.join(folder, "burst"), port: 0 } as const;
  const host = await startLocal({ ...options, storage: { kind: "disk" } });
  try {
    const { workerPid = 0, storage } = host;
    const rates: number[] = [];
    const sizes: number[] = [];
    const data: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ms = await timed(() => runBurst(host));
      rates.push((INSTANCES * ACTIVITIES) / (ms / 1000));
      sizes.push(residentBytes([process.pid, workerPid]) / MEGABYTE);
      data.push(residentBytes([storage.pid ?? 0]) / MEGABYTE);
    }
    const show = (values: readonly number[]) => values.map((it) => it.toFixed(0)).join(" ");
    return [
      figure(`${INSTANCES} instances at once, ${ACTIVITIES} activities each`, median(rates), "1/s", {
        note: show(rates),
      }),
      figure("memory of host and worker, fifth time / third", (sizes[4] ?? 0) / (sizes[2] ?? 1), "x", {
        atMost: 1.1,
        note: `${show(sizes)} MB`,
      }),
      // Azurite keeps a whole hub in memory.
      figure("memory of Azurite after the fifth time", data[4] ?? 0, "MB", { note: `${show(data)} MB` }),
    ];
  } finally {
    await host.stop();
  }
}

async function runBurst({ client }: LocalHost): Promise<void> {
  const input = JSON.stringify(ACTIVITIES);
  const started = await Promise.all(Array.from({ length: INSTANCES }, () => client.start({ name: "burst", input })));
  for (const { instanceId } of started) {
    for (;;) {
      const status = await client.getStatus(instanceId);
      if (status?.runtimeStatus === "Completed") break;
      if (status?.runtimeStatus === "Failed") throw new Error(`An instance failed: ${status.output}`);
      await delay(POLL_MS);
    }
  }
}

/** Our own app, idle after the first run of an orchestration. */
async function idle(folder: string): Promise<Figure[]> {
  const stateDir = path.join(folder, "idle");
  const host = await startLocal({ stateDir, port: 0, storage: { kind: "disk" } });
  try {
    await delay(IDLE.settleMs);
    const pids = processTree(process.pid);
    const before = cpuSeconds(pids);
    await delay(IDLE.watchMs);
    const percent = (100 * (cpuSeconds(pids) - before)) / (IDLE.watchMs / 1000);
    return [
      figure("idle host: processor time of all its processes", percent, "%", {
        atMost: 1,
        note: `${pids.length} processes, ${(residentBytes(pids) / MEGABYTE).toFixed(0)} MB`,
      }),
    ];
  } finally {
    await host.stop();
  }
}
