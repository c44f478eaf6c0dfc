import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { TIDY, type TidyInput } from "../contract/executor-call.ts";
import { openRunBlobs } from "../steps/container-blobs.ts";
import type { RunBlobs } from "../steps/run-blobs.ts";
import { openSessionParts, type SessionParts } from "../steps/session-parts.ts";
import { loadSession } from "../steps/step-contents.ts";

/** Registers the activity that removes data of earlier sessions that a completed run no longer needs. */
export function registerTidy(): void {
  df.app.activity(TIDY, {
    extraInputs: [df.input.durableClient()],
    handler: async (input: TidyInput, context: InvocationContext): Promise<void> => {
      const { taskHubName } = df.getClient(context);
      const blobs = openRunBlobs(process.env, taskHubName);
      await tidyRun(input, blobs, openSessionParts(process.env, taskHubName, blobs));
    },
  });
}

/** Exported for tests. */
async function tidyRun(
  { instanceId, session }: TidyInput,
  blobs: Pick<RunBlobs, "load">,
  sessions: Pick<SessionParts, "tidy">,
): Promise<void> {
  const loaded = session && (await loadSession(instanceId, session, blobs));
  await sessions.tidy(instanceId, loaded?.kind === "parts" ? loaded.description : undefined);
}
