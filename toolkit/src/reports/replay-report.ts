import type { Console } from "../ui/console.ts";
import { count } from "../ui/format.ts";
import type { ReplayReport } from "../usecases/replay.ts";

/** One line per instance, as soon as its result is known. */
export function describeReplay({ instanceId, name, divergence }: ReplayReport): string {
  return divergence === null ? `✓ ${instanceId} (${name})` : `✗ ${instanceId} (${name})\n    ${divergence.message}`;
}

/** The summary of all replays. */
export function reportReplays(reports: readonly ReplayReport[], console: Console): void {
  const diverged = reports.filter(({ divergence }) => divergence !== null);
  console.json({ replayed: reports.length, diverged: diverged.length, instances: reports });
  console.answer(summaryOf(reports.length, diverged.length));
}

function summaryOf(replayed: number, diverged: number): string {
  if (replayed === 0) return "The task hub has no instance that could be replayed.";
  if (diverged === 0) return `${count(replayed, "instance")} replayed as recorded.`;
  return (
    `${diverged} of ${count(replayed, "instance")} diverged: deployed now, this code would fail the ones that still run. ` +
    "Keep the old code for them under its version or another name, or let them end first."
  );
}
