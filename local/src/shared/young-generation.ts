/**
 * Where new objects of V8 begin, at the size to which that place grows anyhow: a process that ends soon, or waits most of the time,
 * otherwise spends a tenth of its start on moving them out of a smaller one.
 */
export const YOUNG_GENERATION = "--min-semi-space-size=16";
