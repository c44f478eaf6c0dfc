/** A file of Azurite's is not what Azurite wrote. */
export class DamagedDataError extends Error {}
