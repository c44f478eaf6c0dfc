import path from "node:path";
import { OperationError } from "@same-kit/local";
import type { RunRecords } from "../adapters/records/run-records.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import type { BootedHost, Emulator, RunningHost } from "../ports.ts";

/** The host that a run uses: one that runs already, or one that we booted and stop. */
export type ChosenHost = {
  url: string;
  hubName: string;
  hostPid: number;
  storage: string;
  /** Null: it ran before, and goes on. */
  booted: BootedHost | null;
};

/** Where running hosts are looked for: beside the notebook, then where the command was called. */
export async function findRunningHost(
  stateDirs: readonly string[],
  emulator: Emulator,
  { port, records }: { port: number | null; records: (stateDir: string) => RunRecords },
): Promise<RunningHost | null> {
  for (const stateDir of new Set(stateDirs)) {
    const owned = await hostsOfRuns(records(stateDir));
    const hosts = (await emulator.listHosts(stateDir)).filter(
      (host) =>
        path.resolve(host.appDir) === path.resolve(emulator.ownAppDir) &&
        !owned.has(host.process.pid) &&
        (port === null || host.port === port),
    );
    const [first] = hosts;
    if (first !== undefined) return first;
  }
  return null;
}

/** A host that another `local run` booted ends with that run. */
export async function hostsOfRuns(records: RunRecords): Promise<ReadonlySet<number>> {
  const runs = await records.list();
  return new Set(runs.filter(({ record }) => record.ownsHost && record.state === "running").map(({ record }) => record.hostPid));
}

/** @throws OperationError `ERR_NO_HOST`. */
export function requireHost(host: RunningHost | null | undefined, stateDir: string): RunningHost {
  if (host !== null && host !== undefined) return host;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_NO_HOST",
    message: `No local host runs with the state folder ${stateDir}.`,
    hint: "Start one with `same-kit local up`; it keeps its state in .same-kit/ of the folder that it is called in.",
  });
}
