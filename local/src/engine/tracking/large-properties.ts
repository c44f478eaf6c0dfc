import { type Columns, type ColumnValue, textValue } from "../../storage/table-values.ts";
import { historyBlobName, isLargeProperty, type LargePayloads } from "../taskhub/large-payloads.ts";

const VARIABLE_SIZE = [
  "Name",
  "Input",
  "Result",
  "Output",
  "Reason",
  "Details",
  "Correlation",
  "FailureDetails",
  "Tags",
] as const;
const BLOB_NAME = "BlobName";

/**
 * Moves values that do not fit a column into blobs: the column becomes empty and `{Property}BlobName` names the blob.
 *
 * @returns The names of the blobs by property.
 */
export async function moveLargeProperties(
  columns: Record<string, ColumnValue>,
  place: { partitionKey: string; rowKey: string; kind: string },
  payloads: LargePayloads,
): Promise<Partial<Record<(typeof VARIABLE_SIZE)[number], string>>> {
  const moved: Partial<Record<(typeof VARIABLE_SIZE)[number], string>> = {};
  for (const property of VARIABLE_SIZE) {
    const value = columns[property];
    if (typeof value !== "string" || !isLargeProperty(value)) continue;
    const name = historyBlobName(place.partitionKey, place.rowKey, place.kind || property, property);
    await payloads.save(name, value);
    columns[property] = "";
    columns[`${property}${BLOB_NAME}`] = name;
    moved[property] = name;
  }
  return moved;
}

/** Restores what {@link moveLargeProperties} moved. @returns The complete columns, and the blobs that were read. */
export async function restoreLargeProperties(
  columns: Columns,
  payloads: LargePayloads,
): Promise<{ columns: Columns; blobNames: string[] }> {
  const restored: Record<string, ColumnValue> = {};
  const blobNames: string[] = [];
  for (const property of VARIABLE_SIZE) {
    const name = textValue(columns, `${property}${BLOB_NAME}`);
    if (name === null || name === "") continue;
    restored[property] = await payloads.load(name);
    blobNames.push(name);
  }
  return { columns: blobNames.length === 0 ? columns : { ...columns, ...restored }, blobNames };
}

const ROW_OVERHEAD_BYTES = 1024;

// Shorter text is always small enough and need not be measured.
const SHORT_LENGTH = 1_000;
const MAX_BYTES_PER_UNIT = 6;

/**
 * An upper bound for the size of a row as JSON in UTF-8, by which transactions are split; the service accepts 4 MiB.
 */
export function estimateRowBytes(columns: Columns): number {
  return VARIABLE_SIZE.reduce((sum, property) => {
    const value = columns[property];
    if (typeof value !== "string") return sum;
    const isShort = value.length <= SHORT_LENGTH;
    return sum + (isShort ? value.length * MAX_BYTES_PER_UNIT : Buffer.byteLength(JSON.stringify(value), "utf8"));
  }, ROW_OVERHEAD_BYTES);
}
