// Puts the real things behind what use cases ask for.

import { hint } from "@same-kit/shared";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { CommandContext } from "../command-context.ts";
import { createPhaseView } from "../ui/phases.ts";
import type { RunDeps } from "../usecases/run/run-state.ts";

/** @param allowUsers - As `--allow-user` takes them; only for a host that is booted. */
export function composeRunDeps(
  { cwd, env, console, signal, leaveNow }: CommandContext,
  allowUsers: readonly string[] = [],
): RunDeps {
  return {
    cwd,
    env,
    signal,
    leaveNow,
    emulator: createEmulator({ allowUsers }),
    fetch,
    view: createPhaseView(console, signal),
    warn: (text) => console.note(hint`Warning: ${text}`),
  };
}
