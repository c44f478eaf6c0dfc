import type { RunRecords, RunState } from "../adapters/records/run-records.ts";
import type { Emulator } from "../ports.ts";

export type LocalStatus = {
  stateDir: string;
  hosts: {
    url: string;
    port: number;
    hubName: string;
    appDir: string;
    storage: string;
    pid: number;
    isDetached: boolean;
    startedAt: string;
  }[];
  /** `abandoned`: it did not end, and its host is gone. */
  runs: { id: string; notebook: string; state: RunState | "abandoned"; startedAt: string; endedAt: string | null }[];
};

/** The hosts and runs of one state folder; starts nothing. */
export async function localStatus(records: RunRecords, emulator: Emulator): Promise<LocalStatus> {
  const hosts = await emulator.listHosts(records.stateDir);
  const alive = new Set(hosts.map(({ process }) => process.pid));
  const runs = await records.list();
  return {
    stateDir: records.stateDir,
    hosts: hosts.map(({ url, port, hubName, appDir, storage, process: { pid }, isDetached, startedAt }) => ({
      url,
      port,
      hubName,
      appDir,
      storage,
      pid,
      isDetached,
      startedAt,
    })),
    runs: runs.map(({ record: { id, notebook, state, startedAt, endedAt, hostPid } }) => ({
      id,
      notebook,
      state: state === "running" && !alive.has(hostPid) ? "abandoned" : state,
      startedAt,
      endedAt,
    })),
  };
}
