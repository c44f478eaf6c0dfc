export const LOOPBACK = "127.0.0.1";

/** Azurite's three services, in the order in which their ports are always listed. */
export const AZURITE_SERVICES = ["blob", "queue", "table"] as const;
export type AzuriteService = (typeof AZURITE_SERVICES)[number];
export type AzuritePorts = Readonly<Record<AzuriteService, number>>;

/** The ports as `BLOB,QUEUE,TABLE`, the format of `--storage ports:`. */
export function describePorts(ports: AzuritePorts): string {
  return AZURITE_SERVICES.map((service) => ports[service]).join(",");
}
