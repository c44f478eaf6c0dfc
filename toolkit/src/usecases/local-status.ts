import type { RunningHost } from "@same-kit/local";
import type { RunRecords, RunState } from "../adapters/records/run-records.ts";
import type { Emulator } from "../ports.ts";

type LocalStatus = {
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
    /** The connection string of its storage, with the key: only on request. */
    connectionString?: string;
  }[];
  /** `abandoned`: it has not ended, and its host is gone. */
  runs: { id: string; notebook: string; state: RunState | "abandoned"; startedAt: string; endedAt: string | null }[];
};

/** The hosts and runs of one state folder; starts nothing. */
export async function localStatus(
  records: Pick<RunRecords, "stateDir" | "list">,
  emulator: Emulator,
  { showsKey = false }: { showsKey?: boolean } = {},
): Promise<LocalStatus> {
  const hosts = await emulator.listHosts(records.stateDir);
  const keyOf = async (host: RunningHost) => {
    const connectionString = showsKey ? await emulator.connectionStringOf(records.stateDir, host) : undefined;
    return connectionString === undefined ? {} : { connectionString };
  };
  const alive = new Set(hosts.map(({ process }) => process.pid));
  const runs = await records.list();
  return {
    stateDir: records.stateDir,
    hosts: await Promise.all(hosts.map(async (host) => ({ ...toShown(host), ...(await keyOf(host)) }))),
    runs: runs.map(({ record: { id, notebook, state, startedAt, endedAt, hostPid, appUrl } }) => ({
      id,
      notebook,
      // An app elsewhere continues its run even if the process here has exited.
      state: state === "running" && appUrl === undefined && !alive.has(hostPid) ? "abandoned" : state,
      startedAt,
      endedAt,
    })),
  };
}

function toShown({ url, port, hubName, appDir, storage, process: { pid }, isDetached, startedAt }: RunningHost) {
  return { url, port, hubName, appDir, storage, pid, isDetached, startedAt };
}
