import type { PipelineStep } from "../contract/executor-call.ts";
import type { CustomStatus, StepRecord } from "../contract/run-result.ts";

// Durable accepts 16 KB of UTF-16, which is half as many characters.
const MAX_CHARACTERS = 7_000;
const MAX_STEPS = 100;
// In JSON, where some characters take six.
const MAX_NAME_CHARACTERS = 400;
const MAX_MESSAGE_CHARACTERS = 800;
const MAX_OUTPUT_CHARACTERS = 1_500;

type Progress = {
  step: PipelineStep;
  index: number;
  total: number;
  records: readonly StepRecord[];
  failed?: NonNullable<CustomStatus["failed"]>;
};

/** The orchestration's custom status, short enough for Durable, whatever the steps are named and print. */
export function toStatus({ step, index, total, records, failed }: Progress): CustomStatus {
  const name = shorten(step.name, MAX_NAME_CHARACTERS, "start");
  const completed = records.slice(-MAX_STEPS).map(({ name, durationMs }) => ({ name, durationMs }));
  const status: CustomStatus = {
    step: { name, index, total },
    completed,
    completedCount: records.length,
    ...(failed && { failed: shortenFailed(failed) }),
  };
  while (completed.length > 0 && JSON.stringify(status).length > MAX_CHARACTERS) {
    completed.splice(0, Math.ceil(completed.length / 8));
  }
  return status;
}

function shortenFailed(failed: NonNullable<CustomStatus["failed"]>): NonNullable<CustomStatus["failed"]> {
  const { stdout, stderr } = failed.output;
  return {
    ...failed,
    name: shorten(failed.name, MAX_NAME_CHARACTERS, "start"),
    type: shorten(failed.type, MAX_NAME_CHARACTERS, "start"),
    message: shorten(failed.message, MAX_MESSAGE_CHARACTERS, "start"),
    output: {
      stdout: shorten(stdout, MAX_OUTPUT_CHARACTERS, "end"),
      stderr: shorten(stderr, MAX_OUTPUT_CHARACTERS, "end"),
    },
    // These warnings concern later steps, and there are none.
    warnings: [],
  };
}

function shorten(text: string, characters: number, keep: "start" | "end"): string {
  let kept = text;
  for (let size = characters; JSON.stringify(kept).length > characters + 2; size = Math.floor(size * 0.8)) {
    kept = keep === "start" ? text.slice(0, size) : text.slice(-size);
  }
  return kept;
}
