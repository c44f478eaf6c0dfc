/** A data file does not contain what Azurite writes. */
export class DamagedDataError extends Error {}
