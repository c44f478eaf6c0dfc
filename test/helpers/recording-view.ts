import { hintText } from "../../shared/src/index.ts";
import type { PhaseView } from "../../toolkit/src/ports.ts";

export type RecordingView = PhaseView & {
  /** `run TITLE`, `fail TITLE`, `skip TITLE: WHY`, `note TEXT`, `line TEXT`, `ask QUESTION`, in order. */
  log: string[];
  said: string[];
};

/** Records the output of a deployment; `answer` is the answer to every question. */
export function recordingView(answer = true): RecordingView {
  const log: string[] = [];
  const said: string[] = [];
  return {
    log,
    said,
    async phase(title, work) {
      log.push(`run ${title}`);
      try {
        return await work({
          say: (text) => said.push(text),
          note: (text) => log.push(`note ${text}`),
          rewrite: (text) => log.push(`rewrite ${text}`),
        });
      } catch (error) {
        log.push(`fail ${title}`);
        throw error;
      }
    },
    skipped: (title, why) => void log.push(`skip ${title}: ${why}`),
    lines: (lines) => void log.push(...lines.map((line) => `line ${hintText(line)}`)),
    async confirm(question) {
      log.push(`ask ${question}`);
      return answer;
    },
  };
}
