// Values of table columns. Times remain text, because a JavaScript Date would truncate the 100 ns ticks that .NET
// compares.

/** UTC, ISO 8601, up to seven fractional digits. */
export type DateTimeValue = { type: "DateTime"; value: string };

/** A whole number within 32 bits is stored as Int32, any other number as Double. */
export type ColumnValue =
  | string
  | number
  | boolean
  | DateTimeValue
  /** Types that are never written here but may be read: as text. */
  | { type: "Int64" | "Guid" | "Binary"; value: string };

export type Columns = Readonly<Record<string, ColumnValue>>;

/** @param text - UTC, ISO 8601, up to seven fractional digits. */
export function dateTime(text: string): DateTimeValue {
  return { type: "DateTime", value: text };
}

/** The column as text, whatever its type; null if absent. */
export function textValue(columns: Columns, name: string): string | null {
  const value = columns[name];
  if (value === undefined) return null;
  return typeof value === "object" ? value.value : String(value);
}

export function numberValue(columns: Columns, name: string): number | null {
  const text = textValue(columns, name);
  return text === null ? null : Number(text);
}

export function booleanValue(columns: Columns, name: string): boolean | null {
  const text = textValue(columns, name);
  return text === null ? null : text === "true";
}
