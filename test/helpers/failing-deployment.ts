import { hintText, type SameKitError } from "../../shared/src/index.ts";
import type { RehearsedDeployment, RunOptions } from "./rehearsed-deployment.ts";

/** What a user sees of a failure. */
export type Shown = { code: string; text: string; message: string; hint: string };

/** Runs a command that must fail. */
export async function failing(
  deployment: RehearsedDeployment,
  run: RunOptions,
  command: "up" | "down" = "up",
): Promise<Shown> {
  const error = await deployment[command]({}, run).then(
    () => null,
    (it: SameKitError) => it,
  );
  if (error === null) throw new Error(`${command} did not fail with ${run.fail}.`);
  const { code, message } = error;
  const hint = hintText(error.hint ?? "");
  return { code, message, hint, text: `${message}\n${hint}` };
}
