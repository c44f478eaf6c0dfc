import * as df from "durable-functions";
import { ORCHESTRATOR } from "../pipeline/pipeline-input.ts";
import { runPipeline } from "../pipeline/run-pipeline.ts";

export function registerOrchestrator(): void {
  df.app.orchestration(ORCHESTRATOR, runPipeline as df.OrchestrationHandler);
}
