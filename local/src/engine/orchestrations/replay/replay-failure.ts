/**
 * Unwinds the replay when the orchestration itself is at fault: an action that cannot be carried out, or code that no longer
 * fits its history. `run-episode.ts` turns it into a failed instance; it never leaves the engine.
 */
export class ReplayFailure extends Error {
  constructor(
    message: string,
    readonly kind: "action" | "non-determinism" = "action",
  ) {
    super(message);
  }
}
