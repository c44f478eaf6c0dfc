import { OperationError } from "@same-kit/shared";

export type TestingErrorCode =
  /** The app uses the real clock, which cannot be moved. */
  | "ERR_TEST_CLOCK_REAL"
  /** The duration is not valid. */
  | "ERR_TEST_DURATION"
  /** Code of a mock requested something that must wait for the mock itself. */
  | "ERR_TEST_INSIDE_MOCK"
  /** The function or instance does not exist. */
  | "ERR_TEST_UNKNOWN"
  /** Nothing more can happen, and the awaited instance has not ended. */
  | "ERR_TEST_WAITS"
  /** An operation took longer than the app's `timeoutMs`, in real time. */
  | "ERR_TEST_TIMEOUT"
  /** Timers follow each other endlessly. */
  | "ERR_TEST_ENDLESS"
  /** An orchestration that `run` should complete failed or was terminated. */
  | "ERR_TEST_NOT_COMPLETED";

/**
 * A test requested something impossible, or waited for something that cannot happen. Test runners only show the
 * message.
 */
export class TestingError extends OperationError<TestingErrorCode> {}
