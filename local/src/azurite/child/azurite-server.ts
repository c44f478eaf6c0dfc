import type { RequestListener, Server } from "node:http";

/** What we use of a service of Azurite. */
export type AzuriteServer = {
  httpServer: Server;
  accountDataStore: AccountDataStore;
  metadataStore: {
    db: { getCollection(name: string): { by(key: string, value: string): ServiceProperties | undefined } | null };
  };
  /** Kept by a patch: makes another listener on the same data. */
  requestListenerFactory: { createRequestListener(): RequestListener };
  start(): Promise<void>;
  close(): Promise<void>;
};

type AccountDataStore = { getAccount(name: string): { name: string; key1: Buffer; key2?: Buffer } | undefined };

type ServiceProperties = {
  /** `allowedOrigins`: one or several, separated by commas, with `*` for any text. */
  cors?: { allowedOrigins: string }[];
};
