import * as df from "durable-functions";
import { ORCHESTRATOR } from "../contract/executor-call.ts";
import { runPipeline } from "../pipeline/run-pipeline.ts";

/** Registers the orchestrator, which runs a notebook's steps in order. */
export function registerOrchestrator(): void {
  df.app.orchestration(ORCHESTRATOR, runPipeline as df.OrchestrationHandler);
}
