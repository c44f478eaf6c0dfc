export declare const startLocalApp: StartLocalApp;

/** What a test asked for cannot be, or what it waited for does not come; the message says why and what to do. */
export declare class TestingError extends Error {
  readonly code: string;
}
