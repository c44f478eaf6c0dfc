import type { Hint } from "./hint.ts";

export type SameKitErrorFields<Code extends string> = {
  /** Permanent and searchable: `ERR_…`. Each workspace keeps the union of its codes in its `errors.ts`. */
  code: Code;
  /** What happened and why, with the value concerned; in full sentences. */
  message: string;
  /** What to do next. */
  hint?: Hint;
  cause?: unknown;
};

/** Base class of every error that same-kit shows to a user. */
export class SameKitError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: Hint | undefined;
  readonly exitCode: number = 1;

  constructor(fields: SameKitErrorFields<Code>) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = new.target.name;
    this.code = fields.code;
    this.hint = fields.hint;
  }
}

/** A wrong flag or a wrong configuration file; exit code 2. */
export class UsageError<Code extends string = string> extends SameKitError<Code> {
  override readonly exitCode: number = 2;
}

/** A tool, port, network or cloud service failed or refused; exit code 1. */
export class OperationError<Code extends string = string> extends SameKitError<Code> {}

/** A bug in same-kit; exit code 70, shown with its stack. */
export class InvariantError extends SameKitError<"ERR_INVARIANT"> {
  override readonly exitCode: number = 70;

  constructor(message: string, cause?: unknown) {
    super({ code: "ERR_INVARIANT", message, cause });
  }
}
