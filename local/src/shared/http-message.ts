/** One request to a webhook, with its body fully read; `url` is absolute, as the caller sent it. */
export type WebhookRequest = {
  method: string;
  url: URL;
  /** Names in lower case; repeated headers joined with `,`. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
};

/** A complete response of a webhook. */
export type WebhookResponse = {
  status: number;
  headers?: Record<string, string>;
  /** Text or bytes; absent means an empty body with `content-length: 0`. */
  body?: string | Buffer;
};

/** A response of unlimited length: pieces are taken as fast as the caller reads, until `signal` aborts. */
export type WebhookStream = {
  status: number;
  headers?: Record<string, string>;
  stream: (signal: AbortSignal) => AsyncIterable<string>;
};

export type WebhookHandler = (request: WebhookRequest) => Promise<WebhookResponse>;
