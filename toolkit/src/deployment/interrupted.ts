import { type Hint, hint, OperationError, sameKit } from "@same-kit/shared";
import type { DeploymentPhase } from "./failure-cases.ts";

type InterruptedCode = `ERR_${Uppercase<DeploymentPhase>}_INTERRUPTED`;

// The exit code that a shell reports: 128 plus the signal's number.
const EXIT_INTERRUPTED = 130;
const EXIT_CODES: Record<string, number> = { SIGINT: EXIT_INTERRUPTED, SIGTERM: 143, SIGHUP: 129 };

/** The user stopped the command; the message describes the resulting state. */
export class InterruptedError extends OperationError<InterruptedCode> {
  override readonly exitCode: number;

  constructor(phase: DeploymentPhase, signal: AbortSignal, fields: { message: string; hint: Hint; cause?: unknown }) {
    super({ code: `ERR_${phase.toUpperCase() as Uppercase<DeploymentPhase>}_INTERRUPTED`, ...fields });
    this.exitCode = EXIT_CODES[/SIG[A-Z]+/.exec(String(signal.reason))?.[0] ?? ""] ?? EXIT_INTERRUPTED;
  }
}

const LEFT: Record<DeploymentPhase, { message: string; hint: Hint }> = {
  preflight: { message: "Stopped before anything was changed.", hint: "Run the command again." },
  provision: {
    message: "Stopped after terraform had finished. The resources that it created are recorded in the state.",
    hint: hint`Run ${sameKit("up")} again with the same options: it continues.`,
  },
  deploy: {
    message:
      "Stopped during the publish. The resources exist; it is not known whether the new package was deployed: the app runs either that one or the previous one.",
    hint: "Run the command again with the same options: it continues with the publish phase.",
  },
  verify: {
    message: "Stopped during the checks. The package was published, but the app was not verified.",
    hint: "Run the command again with the same options: it continues with the checks.",
  },
  remove: {
    message: "Stopped during the removal. The resources removed so far are recorded in the state.",
    hint: hint`Run ${sameKit("down")} again: it continues.`,
  },
};

/** Runs `work`; a failure caused by `signal` becomes an {@link InterruptedError}. */
export async function orInterrupted<T>(
  phase: keyof typeof LEFT,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted || error instanceof InterruptedError) throw error;
    throw new InterruptedError(phase, signal, { ...LEFT[phase], cause: error });
  }
}
