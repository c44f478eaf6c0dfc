// A task hub as stored, in the types of the services instead of those of the code that wrote it.

export type EdmType = "String" | "Int32" | "Int64" | "Boolean" | "Double" | "Guid" | "DateTime" | "Binary";

export type Row = {
  partitionKey: string;
  rowKey: string;
  columns: Readonly<Record<string, { type: EdmType; value: string }>>;
};

export type HubContents = {
  hubName: string;
  partitionCount: number;
  history: readonly Row[];
  instances: readonly Row[];
  partitions: readonly Row[];
  /** Bodies of the messages by the name of their queue. */
  messages: Readonly<Record<string, readonly string[]>>;
  /** URL of the container of large payloads, as in `Input` and `Output` of an instance. */
  blobsUrl: string;
  /** A large payload; undefined if there is no such blob. */
  blob(name: string): Promise<Buffer | undefined>;
};

/** Problems, each with the place where it was found. */
export type Report = (place: string, problem: string) => void;

export const text = (row: Row, column: string): string | undefined => row.columns[column]?.value;

/** Parses JSON; undefined if it is not valid. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
