import { STATUS_CODES } from "node:http";

/**
 * An error response of Azure Resource Manager; the message reads like azurerm's, because people search for those words.
 */
export class ArmError extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`unexpected status ${status} (${status} ${STATUS_CODES[status] ?? "Unknown"}) with ${describeBody(body)}`);
    this.name = "ArmError";
    this.status = status;
  }
}

/** `error: CODE: text` for most services, `response: {"Code":…}` for Microsoft.Web, which uses its own format. */
function describeBody(body: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return `response: ${body}`;
  }
  const error = (parsed as { error?: { code?: string; message?: string } } | null)?.error;
  return error?.code === undefined ? `response: ${body}` : `error: ${error.code}: ${error.message ?? ""}`;
}
