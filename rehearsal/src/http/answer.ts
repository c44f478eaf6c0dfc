import type { IncomingMessage } from "node:http";

/** One request, with its body fully read. */
export type MiniRequest = {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: Buffer;
};

/** A response, or a connection that is closed without one. */
export type Answer =
  | {
      status: number;
      headers?: Record<string, string>;
      /** An object is sent as JSON. */
      body?: string | Buffer | object;
    }
  | { kind: "hang-up" };

export type Handler = (request: MiniRequest) => Promise<Answer>;

/** Wraps the handler of a server. */
export type Intercept = (handler: Handler) => Handler;

/** Closes the connection without a response. */
export const HANG_UP: Answer = { kind: "hang-up" };

export function ok(body: object | string): Answer {
  return { status: 200, body };
}

/** An error in the format of Azure Resource Manager. */
export function armError(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { code, message } } };
}

/** An error in the format of Microsoft.Web: capitalized members, with the details in `ErrorEntity`. */
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

/** The JSON object in a request's body; empty if there is none. @throws SyntaxError */
export function readJson(request: MiniRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  const parsed: unknown = JSON.parse(request.body.toString("utf8"));
  return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
}
