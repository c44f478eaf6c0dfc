export declare const startLocalApp: StartLocalApp;

/**
 * A test requested something impossible, or waited for something that cannot happen; the message explains why and what
 * to do.
 */
export declare class TestingError extends Error {
  readonly code: string;
}
