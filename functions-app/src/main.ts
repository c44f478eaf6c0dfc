import { registerExecutor } from "./functions/executor.ts";
import { registerInitiate } from "./functions/initiate.ts";
import { registerOrchestrator } from "./functions/orchestrator.ts";

registerInitiate();
registerOrchestrator();
registerExecutor();
