// Values of table rows as typed text, because a JavaScript Date would cut the 100 ns ticks that .NET compares.

/** What the SDK gives for a row that is read with `disableTypeConversion`. */
export type TableRow = Record<string, unknown>;

export type DateTimeValue = { type: "DateTime"; value: string };

/** @param text - UTC, ISO 8601, up to seven fractional digits. */
export function dateTime(text: string): DateTimeValue {
  return { type: "DateTime", value: text };
}

/** The column as text, whatever its type; null where it is absent. */
export function textValue(row: TableRow, name: string): string | null {
  const value = plain(row[name]);
  return value === undefined || value === null ? null : String(value);
}

export function numberValue(row: TableRow, name: string): number | null {
  const text = textValue(row, name);
  return text === null ? null : Number(text);
}

export function booleanValue(row: TableRow, name: string): boolean | null {
  const text = textValue(row, name);
  return text === null ? null : text === "true";
}

function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}
