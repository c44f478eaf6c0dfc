import { type InspectedPlace, inspectorUrlOf } from "@same-kit/local";
import { OperationError } from "@same-kit/shared";
import type { RunRecord } from "../adapters/records/run-records.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import type { Emulator } from "../ports.ts";
import { noHost } from "./run/run-host.ts";

/** Where the page is: a host serves it, or this process has to. */
export type FoundPage = { url: string } | { place: InspectedPlace };

/**
 * The inspector of whatever runs in a state folder; without a host, of the hub that the latest run left.
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
  // One page lists the others.
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

/** @throws OperationError `ERR_APP_UNAUTHORIZED` for an app that has not made its keys yet. */
export function managementKeyIn(systemKeys: Readonly<Record<string, string>>, appName: string): string {
  const key = systemKeys["durabletask_extension"];
  if (key !== undefined) return key;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_APP_UNAUTHORIZED",
    message: `${appName} has no key durabletask_extension yet.`,
    hint: "The app makes it when it first runs an orchestration; or give one with --management-key.",
  });
}
