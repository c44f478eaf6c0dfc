// A resource group that exists although its creation request has not been answered: if the user interrupts terraform
// then, the group is in Azure but in no state.
import { setTimeout as delay } from "node:timers/promises";
import type { Interception } from "./drill.ts";
import { on } from "./requests.ts";

const DURATION_MS = 10 * 60_000;
const GROUP = /\/resourceGroups\/[^/]+$/i;

export const slowGroup: readonly Interception[] = [
  on("arm", "PUT", GROUP, async (request, next) => {
    const created = await next(request);
    // Does not keep the process alive: once the command ends, no client is waiting for the response.
    await delay(DURATION_MS, undefined, { ref: false });
    return created;
  }),
];
