// Builds the real dependencies of the use cases.

import { hint } from "@same-kit/shared";
import { fetchLocally } from "../adapters/app/fetch-locally.ts";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { CommandContext } from "../command-context.ts";
import { createPhaseView } from "../ui/phases.ts";
import type { RunDeps } from "../usecases/run/run-state.ts";

/** @param allowUsers - In the form of `--allow-user`; only for a host that is started. */
export function composeRunDeps(
  { cwd, env, console, signal, leaveNow, spares }: CommandContext,
  allowUsers: readonly string[] = [],
): RunDeps {
  return {
    cwd,
    env,
    signal,
    leaveNow,
    emulator: createEmulator({ allowUsers, spares }),
    fetch,
    fetchLocally,
    view: createPhaseView(console, signal),
    warn: (text) => console.note(hint`Warning: ${text}`),
  };
}
