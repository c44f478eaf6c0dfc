import { type InspectedPlace, inspectorUrlOf } from "@same-kit/local";
import type { RunRecord } from "../adapters/records/run-records.ts";
import type { Emulator } from "../ports.ts";
import { noHost } from "./run/run-host.ts";

/** The location of the page: a host serves it, or this process has to. */
export type FoundPage = { url: string } | { place: InspectedPlace };

/**
 * Finds the inspector of the running host of a state folder; without a host, the hub of the latest run.
 *
 * @param hubName - Null: that of the latest run.
 * @throws OperationError `ERR_NO_HOST` where there is neither.
 */
export async function findLocalPage(
  stateDir: string,
  hubName: string | null,
  { emulator, listRuns }: { emulator: Pick<Emulator, "listHosts">; listRuns: () => Promise<readonly RunRecord[]> },
): Promise<FoundPage> {
  const hosts = await emulator.listHosts(stateDir);
  const host = hosts.find((it) => hubName === null || it.hubName === hubName);
  // The page of one host lists the others.
  if (host !== undefined) return { url: inspectorUrlOf(host.url) };
  return {
    place: { kind: "storage", storage: { kind: "disk" }, hubName: hubName ?? (await latestHub(stateDir, listRuns)) },
  };
}

async function latestHub(stateDir: string, listRuns: () => Promise<readonly RunRecord[]>): Promise<string> {
  const runs = await listRuns();
  const hubName = runs.findLast((it) => it.hubName !== null && it.storage === "disk")?.hubName;
  if (hubName) return hubName;
  throw noHost(stateDir);
}
