const TONES: Readonly<Record<string, string>> = {
  completed: "ok",
  ok: "ok",
  running: "running",
  pending: "waiting",
  suspended: "waiting",
  continuedasnew: "running",
  failed: "failed",
  terminated: "failed",
  canceled: "failed",
  lost: "failed",
};

/** A state as a colored word. */
export function Status({ of }: { of: string }) {
  return <span class={`status ${TONES[of.toLowerCase()] ?? ""}`}>{of}</span>;
}
