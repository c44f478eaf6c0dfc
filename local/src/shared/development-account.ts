/** The account of every emulator of Azure Storage. */
export const DEVELOPMENT_ACCOUNT = "devstoreaccount1";

/** Its key where nothing else is agreed on: the same on every machine, and published. It opens everything and proves nothing. */
export const PUBLIC_DEVELOPMENT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export type ServicePorts = Readonly<Record<"blob" | "queue" | "table", number>>;

/** Where an emulator listens unless told otherwise, and where `UseDevelopmentStorage=true` looks for it. */
export const DEVELOPMENT_PORTS: ServicePorts = { blob: 10_000, queue: 10_001, table: 10_002 };

/** @param accountKey - In base64. */
export function developmentConnection(ports: ServicePorts, accountKey: string): string {
  const endpoint = (port: number) => `http://127.0.0.1:${port}/${DEVELOPMENT_ACCOUNT}`;
  return [
    "DefaultEndpointsProtocol=http",
    `AccountName=${DEVELOPMENT_ACCOUNT}`,
    `AccountKey=${accountKey}`,
    `BlobEndpoint=${endpoint(ports.blob)}`,
    `QueueEndpoint=${endpoint(ports.queue)}`,
    `TableEndpoint=${endpoint(ports.table)}`,
  ].join(";");
}
