import type { RunResults, StepResult } from "../run-results.ts";
import { escapeHtml } from "./escape.ts";
import { formatMs } from "./format.ts";

/** The execution time of each step, as bars below one another; a step's name links to its cells. */
export function renderTimeline({ startedAt, durationMs, steps }: RunResults): string {
  const start = Date.parse(startedAt);
  const total = Math.max(1, durationMs, ...steps.map((step) => endOf(step) - start));
  const rows = steps.map((step) => renderRow(step, start, total));
  return `<section><h2>Steps</h2><table class="timeline"><tbody>${rows.join("")}</tbody></table></section>`;
}

function renderRow(step: StepResult, start: number, total: number): string {
  const { name, status, startedAt, durationMs, codeMs, keptFrom } = step;
  const label = `<th scope="row"><a href="#${escapeHtml(name)}">${escapeHtml(name)}</a></th>`;
  const time = durationMs === null ? "" : formatMs(durationMs);
  const code = codeMs === null ? "" : `code ${formatMs(codeMs)}`;
  const end = `<td class="time">${time}</td><td class="time">${code}</td><td><span class="badge ${status}"${whyOf(step)}>${wordOf(step)}</span></td>`;
  // A kept step ran before this run began.
  if (startedAt === null || keptFrom !== null) return `<tr>${label}<td class="track"></td>${end}</tr>`;
  const left = percent(Date.parse(startedAt) - start, total);
  const width = Math.max(0.4, percent(durationMs ?? 0, total));
  const bar = `<span class="bar ${status}" style="left:${left.toFixed(2)}%;width:${Math.min(width, 100 - left).toFixed(2)}%"></span>`;
  return `<tr>${label}<td class="track"><span class="lane">${bar}</span></td>${end}</tr>`;
}

function wordOf({ status, keptFrom, cache }: Pick<StepResult, "status" | "keptFrom" | "cache">): string {
  if (keptFrom !== null) return "kept";
  return cache?.isHit === true ? "cached" : words[status];
}

function whyOf({ cache }: StepResult): string {
  if (cache === null) return "";
  const from = cache.isHit ? `the result of the run ${cache.runId}, of ${cache.storedAt}` : cache.why;
  return ` title="${escapeHtml(from)}"`;
}

const words: Record<StepResult["status"], string> = {
  completed: "completed",
  failed: "failed",
  unfinished: "did not end",
  "not-run": "did not run",
};

function endOf({ startedAt, durationMs }: StepResult): number {
  return startedAt === null ? 0 : Date.parse(startedAt) + (durationMs ?? 0);
}

const percent = (part: number, total: number): number => Math.min(100, Math.max(0, (100 * part) / total));
