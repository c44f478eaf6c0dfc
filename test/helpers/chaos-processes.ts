// Hosts as processes on a real Azurite behind a faulty network, killed and paused as determined by one seed.

import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  createSystemClock,
  identifyProcess,
  isProcessAlive,
  type ProcessIdentity,
  seededRandom,
  silentLogger,
} from "@same-kit/shared";
import { onTestFinished } from "vitest";
import { assemble } from "../../local/src/engine/assemble.ts";
import type { TaskHubClient } from "../../local/src/engine/client.ts";
import { entityStatusOf } from "../../local/src/engine/entities/entity-status.ts";
import { eventTypeName } from "../../local/src/engine/history/event-members.ts";
import { EventType } from "../../local/src/engine/history/events.ts";
import { resolveDurableTaskSettings } from "../../local/src/engine/index.ts";
import { type EntityId, toInstanceId } from "../../local/src/engine/messages/entity-id.ts";
import { controlQueueName, workItemQueueName } from "../../local/src/engine/taskhub/names.ts";
import { openTaskHub } from "../../local/src/engine/taskhub/task-hub.ts";
import type { AzureStorageAccount } from "../../local/src/storage/azure/open-storage.ts";
import { ALL, chaosInput, chaosOutput, SHARED } from "./chaos-app.ts";
import { answeredTwice } from "./chaos-world.ts";
import { isEnded } from "./engine.ts";
import { withFaults } from "./faulty-proxy.ts";
import { fixtureApp } from "./function-app.ts";
import { HOST_PROGRAM } from "./local-host.ts";
import { SdkInvoker } from "./sdk-orchestrator.ts";
import { makeTempDir } from "./temp-dir.ts";
import { waitFor } from "./wait-for.ts";

export type ProcessChaos = {
  seed: number;
  instances: number;
  /** The maximum time without an attack. */
  maxPeaceMs: number;
  /** The maximum time that a host is paused; a lease is 30 s. */
  maxPauseMs: number;
  deadlineMs: number;
  /** The number of kills and pauses after which hosts are left alone, so that a slow machine can finish; unlimited by default. */
  maxAttacks?: number;
};

export type ProcessChaosResult = {
  problems: string[];
  /** The attacks on hosts and workers, and the number of requests that met a fault. */
  kills: number;
  workerKills: number;
  pauses: number;
  faults: number;
};

const APP = fixtureApp("chaos");
const HUB = "Chaos";
const PARTITIONS = 4;
const HOSTS = 2;
const MIN_PEACE_MS = 500;
/** How much of each host's log a failure shows: warnings and what explains them. */
const LAST_LINES = 25;

/** @throws Error with everything that happened, and what is left, if the orchestrations do not end in time. */
export async function runProcessChaos(
  storage: AzureStorageAccount,
  options: ProcessChaos,
): Promise<ProcessChaosResult> {
  const { seed, instances, deadlineMs } = options;
  const faulty = await withFaults(storage, { seed });
  const client = await openClient(storage);
  const random = seededRandom(seed);
  const hosts = await Promise.all(Array.from({ length: HOSTS }, () => ChaosHost.start(faulty.connectionString)));
  for (let n = 0; n < instances; n += 1) {
    const instanceId = `chaos-${n}`;
    await client.start({ name: "mixed", instanceId, input: JSON.stringify(chaosInput(n)) });
    await client.raiseEvent(instanceId, "Go", String(n + 1000));
  }
  faulty.arm();
  const over = new AbortController();
  const attacks: Attack[] = [];
  const attacking = attack(hosts, random, { ...options, attacks, signal: over.signal });
  const hasEnded = async () => {
    const page = await client.list({ instanceIdPrefix: "chaos-" }, { top: instances });
    return page.instances.length === instances && page.instances.every(isEnded);
  };
  const explain = async (error: Error): Promise<never> => {
    throw new Error(`${error.message}\n${await describe(storage, client, { ...options, hosts, attacks })}`, {
      cause: error,
    });
  };
  await waitFor(hasEnded, { what: `the end of all orchestrations of seed ${seed}`, deadlineMs })
    .finally(() => over.abort())
    .catch(explain);
  await attacking;
  const problems = await findProblems(client, options).catch(explain);
  const count = (what: Attack["what"]) => attacks.filter((it) => it.what === what).length;
  return {
    problems: problems.length === 0 ? [] : [...problems, ...attacks.map(attackText)],
    kills: count("killed"),
    workerKills: count("worker killed"),
    pauses: count("paused"),
    faults: faulty.faults(),
  };
}

type Attack = { atMs: number; host: number; what: "killed" | "worker killed" | "paused" };

const attackText = ({ atMs, host, what }: Attack): string =>
  `after ${(atMs / 1000).toFixed(1)} s: host ${host} ${what}`;

/** What is left, and what happened, for anyone who repeats the seed. */
async function describe(
  storage: AzureStorageAccount,
  client: TaskHubClient,
  { instances, hosts, attacks }: ProcessChaos & { hosts: readonly ChaosHost[]; attacks: readonly Attack[] },
): Promise<string> {
  const lines: string[] = [];
  for (let n = 0; n < instances; n += 1) {
    const status = await client.getStatus(`chaos-${n}`);
    if (status?.runtimeStatus === "Completed") continue;
    const history = await client.getHistory(`chaos-${n}`, status?.executionId ?? "");
    const events = history.map((it) => eventTypeName(it.EventType));
    lines.push(`chaos-${n} is ${status?.runtimeStatus}: … ${events.slice(-8).join(", ")}`);
  }
  for (const entity of [ALL, SHARED]) lines.push(`The entity ${entity.key} is ${await stateOf(client, entity)}.`);
  for (const name of [
    ...Array.from({ length: PARTITIONS }, (_, index) => controlQueueName(HUB, index)),
    workItemQueueName(HUB),
  ]) {
    lines.push(`The queue ${name} has ${(await storage.queue(name).status()).messageCount} messages.`);
  }
  return [...lines, ...attacks.map(attackText), ...hosts.flatMap((it) => it.lastLines())].join("\n");
}

/** Attacks hosts repeatedly, and replaces hosts that died. */
async function attack(
  hosts: ChaosHost[],
  random: () => number,
  {
    maxPeaceMs,
    maxPauseMs,
    maxAttacks = Number.POSITIVE_INFINITY,
    attacks,
    signal,
  }: ProcessChaos & { attacks: Attack[]; signal: AbortSignal },
): Promise<void> {
  const pauses: Promise<void>[] = [];
  const beganMs = performance.now();
  const note = (host: number, what: Attack["what"]) => attacks.push({ atMs: performance.now() - beganMs, host, what });
  while (!signal.aborted && attacks.length < maxAttacks) {
    const peaceMs = MIN_PEACE_MS + random() * (maxPeaceMs - MIN_PEACE_MS);
    await delay(peaceMs, undefined, { signal }).catch(() => {});
    const index = Math.floor(random() * hosts.length);
    const host = hosts[index] as ChaosHost;
    const drawn = random();
    if (signal.aborted) break;
    if (drawn < 0.4) {
      note(index, "killed");
      host.kill();
    } else if (drawn < 0.6) {
      note(index, "worker killed");
      host.killWorker();
    } else {
      note(index, "paused");
      pauses.push(host.pause(random() * maxPauseMs, signal));
    }
    if (host.isGone) hosts[index] = await ChaosHost.start(host.connectionString);
  }
  await Promise.all(pauses);
  // Nothing else would notice a host that exited by itself in the meantime.
  for (const [index, host] of hosts.entries()) {
    if (host.isGone && !signal.aborted) hosts[index] = await ChaosHost.start(host.connectionString);
  }
}

async function findProblems(client: TaskHubClient, { seed, instances, deadlineMs }: ProcessChaos): Promise<string[]> {
  const problems: string[] = [];
  for (let n = 0; n < instances; n += 1) {
    const instanceId = `chaos-${n}`;
    const status = await client.getStatus(instanceId);
    const expected = JSON.stringify(chaosOutput(n));
    if (status?.output !== expected) problems.push(`${instanceId} is ${status?.runtimeStatus} with ${status?.output}`);
    const history = await client.getHistory(instanceId, status?.executionId ?? "");
    const ends = history.filter((it) => it.EventType === EventType.ExecutionCompleted).length;
    if (ends !== 1) problems.push(`${instanceId} ended ${ends} times`);
    for (const twice of answeredTwice(history)) problems.push(`${instanceId} holds two answers to ${twice}`);
  }
  // Signals and releases may still be in flight when the last orchestration has ended: a message held by hosts that died several times
  // is hidden for minutes.
  for (const entity of [ALL, SHARED]) {
    const settled = async () => (await stateOf(client, entity)) === `${instances}`;
    await waitFor(settled, { what: `the entity ${entity.key} of seed ${seed}`, deadlineMs });
  }
  return problems.map((it) => `Seed ${seed}: ${it}`);
}

/** Its state as JSON text, and the holder of its lock, if any. */
async function stateOf(client: TaskHubClient, entity: EntityId): Promise<string | null> {
  const row = await client.getStatus(toInstanceId(entity), { withInput: true });
  const status = row === null ? null : entityStatusOf(row);
  const holder = status?.lockedBy ?? null;
  return holder === null ? (status?.state ?? null) : `${status?.state} locked by ${holder}`;
}

/** A client that bypasses the faults and runs no work. */
export async function openClient(storage: AzureStorageAccount, hubName = HUB): Promise<TaskHubClient> {
  const hub = await openTaskHub({ storage, hubName, partitionCount: PARTITIONS });
  const settings = { ...resolveDurableTaskSettings(undefined, {}), hubName, partitionCount: PARTITIONS };
  const invoker = new SdkInvoker({ orchestrators: {} });
  return assemble(hub, { settings, invoker, clock: createSystemClock(), log: silentLogger }).client;
}

/** A host in a separate process, on a given storage, to be killed and stopped. */
export class ChaosHost {
  readonly connectionString: string;
  readonly #logFile: string;
  readonly #process: ChildProcess;
  #isKilled = false;
  /** Includes its start time: the PID may belong to another process by the time it is killed. */
  #worker: ProcessIdentity | undefined;

  constructor(child: ChildProcess, connectionString: string, logFile: string) {
    this.#process = child;
    this.#logFile = logFile;
    this.connectionString = connectionString;
    child.on("message", ({ workerPid }: { workerPid: number }) => {
      this.#worker = identifyProcess(workerPid);
    });
  }

  /** A host that fails to start is started again, as an operator or a platform would do. */
  static async start(
    connectionString: string,
    { appDir = APP, env = {} as Record<string, string> } = {},
  ): Promise<ChaosHost> {
    const [program = "", ...execArgv] = HOST_PROGRAM.toReversed();
    const file = path.join(path.dirname(program), "chaos-host.ts");
    for (;;) {
      const folder = await makeTempDir();
      const logFile = path.join(folder, "host.log");
      const args = [appDir, path.join(folder, ".same-kit"), connectionString, logFile];
      const stdio: StdioOptions = ["ignore", "ignore", "ignore", "ipc"];
      const child = fork(file, args, { execArgv, stdio, env: { ...process.env, ...env } });
      onTestFinished(() => void child.kill("SIGKILL"));
      const host = new ChaosHost(child, connectionString, logFile);
      await waitFor(() => host.#worker !== undefined || host.isGone, { what: "a host", deadlineMs: 60_000 });
      if (!host.isGone) return host;
    }
  }

  get isGone(): boolean {
    return this.#isKilled || this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Its last log lines. */
  lastLines(): string[] {
    const text = existsSync(this.#logFile) ? readFileSync(this.#logFile, "utf8").trim() : "";
    const lines = text.split("\n").filter((it) => !it.includes(" info "));
    return [this.isGone ? "A host, gone:" : "A host, alive:", ...lines.slice(-LAST_LINES).map((it) => `  ${it}`)];
  }

  kill(): void {
    this.#isKilled = true;
    this.#process.kill("SIGKILL");
  }

  /** The first one; its successor is not known here. */
  killWorker(): void {
    if (this.#worker !== undefined && isProcessAlive(this.#worker)) process.kill(this.#worker.pid, "SIGKILL");
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.isGone) return;
    this.stop();
    await delay(ms, undefined, { signal }).catch(() => {});
    this.resume();
  }

  /** Its worker continues. */
  stop(): void {
    this.#process.kill("SIGSTOP");
  }

  resume(): void {
    this.#process.kill("SIGCONT");
  }
}
