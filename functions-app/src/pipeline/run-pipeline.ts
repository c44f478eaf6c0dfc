import type { OrchestrationContext, Task } from "durable-functions";
import {
  EXECUTOR,
  type ExecutorInput,
  type ExecutorResult,
  type SessionReference,
  TIDY,
  type TidyInput,
} from "../contract/executor-call.ts";
import { OUTPUT_TAIL_CHARACTERS } from "../contract/limits.ts";
import { type CustomStatus, type RunResult, type StepRecord, stepFailureText } from "../contract/run-result.ts";
import { parsePipelineInput } from "./pipeline-input.ts";
import { toStatus } from "./run-status.ts";

type Completed = Extract<ExecutorResult, { kind: "completed" }>;

/** Runs the steps in order, each with the session of the previous one. Durable replays this function, so it must be deterministic. */
export function* runPipeline(context: OrchestrationContext): Generator<Task, RunResult, unknown> {
  const { steps, sameEnv, files: sent, kept } = parsePipelineInput(context.df.getInput());
  const records: StepRecord[] = [...(kept?.records ?? [])];
  let session: SessionReference | undefined = kept?.session;
  let files = kept === undefined ? sent : kept.files;
  let last: Completed | undefined;
  for (const [index, step] of steps.entries()) {
    if (kept !== undefined && index < kept.records.length) continue;
    const status = (failed?: CustomStatus["failed"]) =>
      context.df.setCustomStatus(toStatus({ step, index, total: steps.length, records, ...(failed && { failed }) }));
    status();
    const isLast = index === steps.length - 1;
    const { instanceId } = context.df;
    const result = yield* execute(context, toInput({ instanceId, sameEnv, step, isLast, session, files }));
    if (result.kind === "failed") {
      const { type, message } = result.failure;
      if (result.record !== undefined) status({ ...result.record, type, message });
      throw new Error(stepFailureText({ step: step.name, ...result.failure }));
    }
    last = result;
    records.push(last.record);
    files = last.record.files;
    session = last.session === undefined ? undefined : { blob: last.session, python: last.python };
    if (isLast || last.hasExited) status();
    if (last.hasExited) break;
  }
  const completed = last as Completed; // There is at least one step.
  if (completed.leavesParts) yield* tidy(context, completed);
  return toResult(completed, records);
}

type StepInput = Pick<ExecutorInput, "instanceId" | "step" | "isLast"> & {
  [Name in "sameEnv" | "session" | "files"]: ExecutorInput[Name] | undefined;
};

function toInput({ instanceId, sameEnv, step, isLast, session, files }: StepInput): ExecutorInput {
  return {
    instanceId,
    ...(sameEnv === undefined ? {} : { sameEnv }),
    step,
    isLast,
    outputTailCharacters: OUTPUT_TAIL_CHARACTERS,
    ...(session === undefined ? {} : { session }),
    ...(files === undefined ? {} : { files }),
  };
}

/** A failure does not affect the result. */
function* tidy(context: OrchestrationContext, { session }: Completed): Generator<Task, void, unknown> {
  const input: TidyInput = { instanceId: context.df.instanceId, ...(session && { session }) };
  try {
    yield context.df.callActivity(TIDY, input);
  } catch {
    // What it could not remove is removed when the run is purged.
  }
}

function* execute(context: OrchestrationContext, input: ExecutorInput): Generator<Task, ExecutorResult, unknown> {
  try {
    return (yield context.df.callActivity(EXECUTOR, input)) as ExecutorResult;
  } catch (error) {
    // Not caused by the step's own code: storage that is down, or the function's timeout.
    const message = withoutDurableFrame((error as Error).message);
    throw new Error(stepFailureText({ step: input.step.name, type: "Error", message, traceback: "" }));
  }
}

function toResult(last: Completed, steps: StepRecord[]): RunResult {
  return {
    session_context: last.session_context ?? "",
    ...(last.session === undefined ? {} : { session_context_parts: last.session }),
    steps,
    variables: last.variables ?? [],
    ...(last.variables_omitted === undefined ? {} : { variables_omitted: last.variables_omitted }),
    python: last.python,
  };
}

/** Durable wraps it as `Activity function 'executor' failed:  MESSAGE \n DETAILS`. */
function withoutDurableFrame(text: string): string {
  return text.replace(/^Activity function '[^']*' failed: */, "").replace(/ \n \{"\$type"[\s\S]*$/, "");
}
