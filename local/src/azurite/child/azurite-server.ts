import type { RequestListener, Server } from "node:http";

/** The parts of an Azurite service that we use. */
export type AzuriteServer = {
  httpServer: Server;
  accountDataStore: AccountDataStore;
  metadataStore: {
    db: { getCollection(name: string): { by(key: string, value: string): ServiceProperties | undefined } | null };
  };
  /** Kept by a patch: creates another listener on the same data. */
  requestListenerFactory: { createRequestListener(): RequestListener };
  start(): Promise<void>;
  close(): Promise<void>;
};

type AccountDataStore = { getAccount(name: string): { name: string; key1: Buffer; key2?: Buffer } | undefined };

type ServiceProperties = {
  /** `allowedOrigins`: one or more origins, separated by commas, with `*` as a wildcard. */
  cors?: { allowedOrigins: string }[];
};
