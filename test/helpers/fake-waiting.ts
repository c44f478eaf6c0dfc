import type { Waiting } from "@same-kit/shared";

/** Sleeping takes no time; `slept` contains the requested times in ms. */
export function fakeWaiting(): Waiting & { slept: number[] } {
  let at = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => at,
    async sleep(ms) {
      slept.push(ms);
      at += ms;
    },
  };
}
