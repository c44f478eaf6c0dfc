import path from "node:path";
import { isInCloud } from "../python/cache-folder.ts";
import type { StepEnvironment } from "../python/guardian.ts";
import type { ReadyPython, StepOrder } from "../python/step-process.ts";
import type { SameYaml } from "./same-yaml.ts";
import type { StepRun } from "./step-run.ts";

type OrderParts = {
  ready: ReadyPython;
  sameYaml: SameYaml;
  environment: StepEnvironment;
  sessionFolder: string;
};

/** What the Python process is asked to run. */
export function toOrder(
  { input, deps }: StepRun,
  { ready, sameYaml, environment, sessionFolder }: OrderParts,
): StepOrder {
  const environ: Record<string, string> = { SAME_ENV: input.sameEnv ?? sameYaml.sameEnv };
  if (sameYaml.json !== undefined) environ["SAME_CONFIG_FILE"] = path.join(ready.folder, "same.json");
  // There is no screen: plots are written to files.
  if (!deps.env["MPLBACKEND"]) environ["MPLBACKEND"] = "Agg";
  return {
    name: input.step.name,
    cells: input.step.cells ?? null,
    environ,
    variableBytes: sameYaml.variableBytes,
    inlineBytes: deps.limits.inlineSessionBytes,
    sessionBytes: deps.limits.sessionBytes,
    sessionFolder,
    isLast: input.isLast,
    keepsResults: input.step.keepsResults ?? false,
    // In the cloud, the app's own packages were chosen deliberately.
    ...(input.step.cache && { tracesReads: true }),
    warnOfForeignPackages: !environment.isIsolated && !isInCloud(deps.env),
  };
}
