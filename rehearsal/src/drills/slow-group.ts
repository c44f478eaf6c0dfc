// A resource group that exists, while its creation is not answered: what a person interrupts there is in Azure and in no state.
import { setTimeout as delay } from "node:timers/promises";
import type { Interception } from "./drill.ts";
import { on } from "./requests.ts";

const LASTS_MS = 10 * 60_000;
const GROUP = /\/resourceGroups\/[^/]+$/i;

export const slowGroup: readonly Interception[] = [
  on("arm", "PUT", GROUP, async (request, next) => {
    const created = await next(request);
    // Not waited for by a command that ends: nobody is left to take the answer.
    await delay(LASTS_MS, undefined, { ref: false });
    return created;
  }),
];
