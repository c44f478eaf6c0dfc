import { gunzipSync } from "node:zlib";
import { type HubContents, parsed, type Report, type Row, text } from "./contents.ts";

/** 60 KiB of UTF-16. */
const MAX_INLINE_UNITS = 30_720;
export const VARIABLE_SIZE = [
  "Name",
  "Input",
  "Result",
  "Output",
  "Reason",
  "Details",
  "Correlation",
  "FailureDetails",
  "Tags",
];

/** The text of a property that may be stored in a blob; undefined if it has none, or its blob cannot be read. */
export async function spilled(
  row: Row,
  { property, place, kind }: { property: string; place: string; kind: string },
  hub: HubContents,
  report: Report,
): Promise<string | undefined> {
  const blobName = text(row, `${property}BlobName`);
  const inline = text(row, property);
  if (blobName === undefined) {
    if ((inline?.length ?? 0) > MAX_INLINE_UNITS) report(place, `${property} is longer than 60 KiB and in the row`);
    return inline;
  }
  if (inline !== "") report(place, `${property} is not empty beside ${property}BlobName`);
  const start = `${row.partitionKey}/history-${row.rowKey}-${kind}-`;
  const isNamed = blobName.startsWith(start) && /^[0-9A-F]{8}-\w+\.json\.gz$/.test(blobName.slice(start.length));
  if (!isNamed || !blobName.endsWith(`-${property}.json.gz`)) report(place, `${blobName} is not the name of its blob`);
  const content = await unzipped(blobName, hub);
  if (content === undefined) report(place, `the blob ${blobName} cannot be read`);
  else if (content.length <= MAX_INLINE_UNITS) report(place, `${property} is short and in a blob`);
  return content;
}

/** The text of `Input` or `Output` of an instance, which may be the URL of a blob. */
export async function resolved(
  row: Row,
  property: "Input" | "Output",
  hub: HubContents,
  report: Report,
): Promise<string | undefined> {
  const place = `instance ${row.partitionKey}`;
  const value = text(row, property);
  if (!value?.startsWith(`${hub.blobsUrl}/`)) {
    if (/^https?:\/\/[^/]*\/.*largemessages\//.test(value ?? "")) report(place, `${property} is in another account`);
    return spilled(row, { property, place, kind: "" }, hub, report);
  }
  const blobName = value
    .slice(hub.blobsUrl.length + 1)
    .split("/")
    .map(decodeURIComponent)
    .join("/");
  const content = await unzipped(blobName, hub);
  if (content === undefined) report(place, `the blob of ${property}, ${blobName}, cannot be read`);
  if (!blobName.endsWith("ExecutionStarted.json.gz") || content === undefined) return content;
  const envelope = parsed(content) as { TaskMessage?: { Event?: { Input?: string } } } | undefined;
  return envelope?.TaskMessage?.Event?.Input;
}

export async function unzipped(blobName: string, hub: HubContents): Promise<string | undefined> {
  const content = await hub.blob(blobName);
  try {
    return content === undefined ? undefined : gunzipSync(content).toString("utf8");
  } catch {
    return undefined;
  }
}
