/**
 * Starts V8's young generation at the size to which it would grow anyway: a short-lived or mostly idle process
 * otherwise spends a tenth of its start-up moving objects out of a smaller one.
 */
export const YOUNG_GENERATION = "--min-semi-space-size=16";
