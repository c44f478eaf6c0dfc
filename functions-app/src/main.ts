import path from "node:path";
import { app } from "@azure/functions";
import { registerCache } from "./functions/cache.ts";
import { registerContinueRun } from "./functions/continue-run.ts";
import { registerExecutor } from "./functions/executor.ts";
import { registerInitiate } from "./functions/initiate.ts";
import { registerOrchestrator } from "./functions/orchestrator.ts";
import { registerRunFiles } from "./functions/run-files.ts";
import { registerRuns } from "./functions/runs.ts";
import { registerTidy } from "./functions/tidy.ts";
import { PythonRuntime } from "./python/python-runtime.ts";
import { warmUpAccount } from "./steps/blob-account.ts";
import { RunningSteps } from "./steps/running-steps.ts";

// The bundle's own folder: the build output is CommonJS.
const python = new PythonRuntime({ env: process.env, appPythonDir: path.join(__dirname, "python") });

const running = new RunningSteps();

registerInitiate();
registerContinueRun();
registerOrchestrator();
registerExecutor({ python, running });
registerTidy();
registerRuns(running);
registerRunFiles();
registerCache();

// A run usually follows soon after the start of the app. Its first requests then find a loaded storage client, and its first step a
// started Python. Both begin once the host has been told that the app is ready.
app.hook.appStart(() => {
  setImmediate(() => {
    void python.warmUp();
    warmUpAccount(process.env);
  });
});
