import type { IncomingMessage } from "node:http";

/** One request, its body read whole. */
export type MiniRequest = {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: Buffer;
};

export type Answer =
  | {
      status: number;
      headers?: Record<string, string>;
      /** An object is sent as JSON. */
      body?: string | Buffer | object;
    }
  | { kind: "hang-up" };

export type Handler = (request: MiniRequest) => Promise<Answer>;

/** Puts something between the clients and a server. */
export type Intercept = (handler: Handler) => Handler;

/** The connection breaks without an answer. */
export const HANG_UP: Answer = { kind: "hang-up" };

export function ok(body: object | string): Answer {
  return { status: 200, body };
}

/** An error as Azure Resource Manager writes it. */
export function armError(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { code, message } } };
}

/** An error as Microsoft.Web writes it: capital letters, the details in `ErrorEntity`. */
export function webError(status: number, code: string, message: string, extendedCode: string | null = null): Answer {
  const entity = { ExtendedCode: extendedCode, MessageTemplate: message, Parameters: [], Code: code, Message: message };
  return {
    status,
    body: {
      Code: code,
      Message: message,
      Target: null,
      Details: [{ Message: message }, { Code: code }, { ErrorEntity: entity }],
      Innererror: null,
    },
  };
}

export function readJson(request: MiniRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  const parsed: unknown = JSON.parse(request.body.toString("utf8"));
  return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
}
