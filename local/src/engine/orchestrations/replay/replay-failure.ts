/**
 * Aborts the replay if the orchestration itself is at fault: an action that cannot be executed, or code that no longer
 * matches its history. `run-episode.ts` converts it to a failed instance; it never leaves the engine.
 */
export class ReplayFailure extends Error {
  constructor(
    message: string,
    readonly kind: "action" | "non-determinism" = "action",
  ) {
    super(message);
  }
}
