// A second reader of a task hub, written from the specification of DurableTask.AzureStorage alone: it shares no code with the engine
// that it checks.

import { checkColumns, checkHistory, type History } from "./check-history.ts";
import { checkInstance } from "./check-instances.ts";
import { checkMessage } from "./check-messages.ts";
import type { HubContents, Row } from "./contents.ts";

const PARTITION = {
  CurrentOwner: "String",
  NextOwner: "String",
  OwnedSince: "DateTime",
  LastRenewal: "DateTime",
  ExpiresAt: "DateTime",
  IsDraining: "Boolean",
};

/** What a Microsoft host could not read, or would read differently; empty if there are no problems. */
export async function problemsOf(hub: HubContents): Promise<string[]> {
  const problems: string[] = [];
  const report = (place: string, problem: string) => void problems.push(`${place}: ${problem}`);
  const histories = new Map<string, History | undefined>();
  for (const [key, rows] of Map.groupBy(hub.history, ({ partitionKey }) => partitionKey)) {
    histories.set(key, await checkHistory(rows, hub, report));
  }
  for (const row of hub.instances) {
    await checkInstance(row, histories.get(row.partitionKey), hub, report);
    histories.delete(row.partitionKey);
  }
  for (const key of histories.keys()) report(`history of ${key}`, "there is no instance of it");
  for (const row of hub.partitions) checkPartition(row, hub, report);
  for (const [queueName, bodies] of Object.entries(hub.messages)) {
    for (const body of bodies) await checkMessage(body, queueName, hub, report);
  }
  return problems;
}

function checkPartition(
  row: Row,
  { hubName, partitionCount }: HubContents,
  report: (p: string, t: string) => void,
): void {
  const place = `partition ${row.rowKey}`;
  const names = Array.from(
    { length: partitionCount },
    (_, index) => `${hubName.toLowerCase()}-control-${String(index).padStart(2, "0")}`,
  );
  if (row.partitionKey !== "" || !names.includes(row.rowKey)) report(place, "is not the key of a partition");
  checkColumns(row, PARTITION, ["IsDraining"], { place, report });
  if (row.columns["CurrentOwner"] !== undefined) {
    for (const name of ["OwnedSince", "LastRenewal", "ExpiresAt"]) {
      if (row.columns[name] === undefined) report(place, `has an owner and no ${name}`);
    }
  }
}
