import { OperationError } from "@same-kit/shared";

export type TestingErrorCode =
  /** The clock of this app is the machine's, which cannot be moved. */
  | "ERR_TEST_CLOCK_REAL"
  /** A duration that means nothing. */
  | "ERR_TEST_DURATION"
  /** Code of a mock asked for something that has to wait for the mock itself. */
  | "ERR_TEST_INSIDE_MOCK"
  /** A function or an instance that does not exist. */
  | "ERR_TEST_UNKNOWN"
  /** Nothing happens any more, and an instance that was waited for has not ended. */
  | "ERR_TEST_WAITS"
  /** Something took longer than the app's `timeoutMs`, in real time. */
  | "ERR_TEST_TIMEOUT"
  /** Timers follow each other without end. */
  | "ERR_TEST_ENDLESS"
  /** An orchestration that `run` was to complete failed, or was terminated. */
  | "ERR_TEST_NOT_COMPLETED";

/** A test asked for something that cannot be, or waited for something that does not come. Test runners show the message only. */
export class TestingError extends OperationError<TestingErrorCode> {}
