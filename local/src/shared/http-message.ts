/** One request to a webhook, read whole; `url` is absolute and as the caller addressed it. */
export type WebhookRequest = {
  method: string;
  url: URL;
  /** Names in lower case; repeated ones joined with `,`. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
};

export type WebhookResponse = {
  status: number;
  headers?: Record<string, string>;
  /** Text or bytes; absent means an empty body with `content-length: 0`. */
  body?: string | Buffer;
};

/** An answer without an end of its own: pieces are taken as fast as the caller reads, until `signal` aborts. */
export type WebhookStream = {
  status: number;
  headers?: Record<string, string>;
  stream: (signal: AbortSignal) => AsyncIterable<string>;
};

export type WebhookHandler = (request: WebhookRequest) => Promise<WebhookResponse>;
