import { RequestError } from "../client.ts";

/** A browser opens six connections per host, and the page itself needs some. */
const AT_ONCE = 3;
/** It has ended or was purged, so there is nothing to terminate. */
const ENDED = [404, 410];

type Outcome = { terminated: number; ended: number };

/**
 * Terminates the instances; those that have ended in the meantime are counted. @throws any other error of `terminate`
 */
export async function terminateAll(
  ids: readonly string[],
  terminate: (id: string) => Promise<unknown>,
): Promise<Outcome> {
  const waiting = [...ids];
  const outcome: Outcome = { terminated: 0, ended: 0 };
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await terminate(id);
        outcome.terminated += 1;
      } catch (error) {
        if (!(error instanceof RequestError && ENDED.includes(error.status))) throw error;
        outcome.ended += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcome;
}
