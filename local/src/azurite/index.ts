// What the rest of `local/` uses of Azurite.

export { AZURITE_SERVICES, type AzuritePorts, connectionStringFor } from "./endpoints.ts";
export { AzuriteError, type AzuriteErrorCode } from "./errors.ts";
export { type AzuriteOptions, startAzurite } from "./open-azurite.ts";
export type { RunningAzurite } from "./running-azurite.ts";
