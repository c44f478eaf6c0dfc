/** The account of every Azure Storage emulator. */
export const DEVELOPMENT_ACCOUNT = "devstoreaccount1";

/**
 * The account's well-known default key, identical on every machine and published. It grants full access and proves
 * nothing.
 */
export const PUBLIC_DEVELOPMENT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export type ServicePorts = Readonly<Record<"blob" | "queue" | "table", number>>;

/** The default ports of an emulator, which `UseDevelopmentStorage=true` refers to. */
export const DEVELOPMENT_PORTS: ServicePorts = { blob: 10_000, queue: 10_001, table: 10_002 };

/** @param accountKey - Base64-encoded. */
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
