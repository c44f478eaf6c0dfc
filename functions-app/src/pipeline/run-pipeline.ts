import type { OrchestrationContext, Task } from "durable-functions";
import { resolveLimits } from "../contract/limits.ts";
import { parseInitiateRequest } from "../contract/request.ts";
import type { CustomStatus, RunResult, StepRecord } from "../contract/result.ts";
import { EXECUTOR, type ExecutorInput, type ExecutorResult, type PipelineInput, type SessionReference } from "./pipeline-input.ts";

/**
 * Runs the steps one after another, each from the session that the one before left.
 *
 * @throws Error with the failed step's own message.
 */
export function* runPipeline(context: OrchestrationContext): Generator<Task, RunResult, ExecutorResult> {
  const { steps, environment } = checkInput(context.df.getInput());
  const records: StepRecord[] = [];
  let session: SessionReference | null = null;
  let last: Extract<ExecutorResult, { kind: "completed" }> | null = null;
  for (const [index, step] of steps.entries()) {
    context.df.setCustomStatus(toStatus(step.name, index, steps.length, records));
    const isLast = index === steps.length - 1;
    const input: ExecutorInput = { instanceId: context.df.instanceId, step, environment, session, isLast };
    const result: ExecutorResult = yield context.df.callActivity(EXECUTOR, input);
    if (result.kind === "failed") throw new Error(result.message);
    records.push(result.record);
    session = result.session;
    last = result;
  }
  if (last === null) throw new Error("There is no step to run.");
  return {
    session_context: last.inlineSession,
    ...(last.inlineSession === "" && last.session !== null ? { session_context_blob: last.session.blob } : {}),
    steps: records,
    variables: last.variables,
    python: last.python,
  };
}

/** An orchestration can be started in other ways than through `initiate`, with any input. */
function checkInput(input: unknown): PipelineInput {
  const { environment = "default", ...body } = (input ?? {}) as Partial<PipelineInput>;
  // Not the app's settings: these may change between two replays.
  return { steps: parseInitiateRequest(body, resolveLimits({})).steps, environment: String(environment) };
}

function toStatus(name: string, index: number, total: number, records: readonly StepRecord[]): CustomStatus {
  // Bounded, as a status may hold 16 KB: the last steps are those that somebody looks at.
  const completed = records.slice(-20).map(({ name: done, durationMs }) => ({ name: done, durationMs }));
  return { step: { name, index, total }, completed };
}
