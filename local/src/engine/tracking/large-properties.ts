import { type TableRow, textValue } from "../../storage/table-values.ts";
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
 * Moves what does not fit a column into blobs: the column becomes empty and `{Property}BlobName` names the blob.
 *
 * @returns the names of the blobs by property.
 */
export async function moveLargeProperties(
  columns: Record<string, unknown>,
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

/** Puts back what {@link moveLargeProperties} moved. @returns the blobs that were read. */
export async function restoreLargeProperties(row: TableRow, payloads: LargePayloads): Promise<string[]> {
  const names: string[] = [];
  for (const property of VARIABLE_SIZE) {
    const name = textValue(row, `${property}${BLOB_NAME}`);
    if (name === null || name === "") continue;
    row[property] = await payloads.load(name);
    names.push(name);
  }
  return names;
}

const ROW_OVERHEAD_BYTES = 1024;

/** The estimate by which a transaction is cut; the service takes 4 MB. */
export function estimateRowBytes(columns: Record<string, unknown>): number {
  return VARIABLE_SIZE.reduce((sum, property) => {
    const value = columns[property];
    return typeof value === "string" ? sum + value.length * 2 : sum;
  }, ROW_OVERHEAD_BYTES);
}
