export const LOOPBACK = "127.0.0.1";

/** Azurite's three services, in the order in which their ports are written everywhere. */
export const AZURITE_SERVICES = ["blob", "queue", "table"] as const;
export type AzuriteService = (typeof AZURITE_SERVICES)[number];
export type AzuritePorts = Readonly<Record<AzuriteService, number>>;

/** The development account: fixed and public, the same in every emulator of Azure Storage. */
const ACCOUNT_NAME = "devstoreaccount1";
const ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export function connectionStringFor(ports: AzuritePorts, host = LOOPBACK): string {
  const endpoint = (service: AzuriteService) => `http://${host}:${ports[service]}/${ACCOUNT_NAME}`;
  return [
    "DefaultEndpointsProtocol=http",
    `AccountName=${ACCOUNT_NAME}`,
    `AccountKey=${ACCOUNT_KEY}`,
    `BlobEndpoint=${endpoint("blob")}`,
    `QueueEndpoint=${endpoint("queue")}`,
    `TableEndpoint=${endpoint("table")}`,
  ].join(";");
}

export function describePorts(ports: AzuritePorts): string {
  return AZURITE_SERVICES.map((service) => ports[service]).join(",");
}
