// The part of the Azurite code that the rest of `local/` uses.

export { AZURITE_SERVICES, type AzuritePorts } from "./endpoints.ts";
export { createEntranceAgent } from "./entrance-agent.ts";
export { AzuriteError, type AzuriteErrorCode } from "./errors.ts";
export { type AzuriteOptions, startAzurite, warnOfPublicKey } from "./open-azurite.ts";
export type { RunningAzurite } from "./running-azurite.ts";
export { SpareAzurite } from "./spare-azurite.ts";
