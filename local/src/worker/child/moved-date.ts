// The app's code asks `Date` for the time. Where the host runs on another clock than the machine, it says with each call what time
// that is; from there on time passes as usual, so that code which measures or waits by `Date` ends.

const SystemDate = globalThis.Date;
let offsetMs = 0;
let isInstalled = false;

/** From now on this process's `Date` begins at `nowMs`, in ms since 1970. */
export function moveDate(nowMs: number): void {
  offsetMs = nowMs - SystemDate.now();
  if (isInstalled) return;
  isInstalled = true;
  globalThis.Date = makeMovedDate();
  // Libraries compare it with `Date`.
  SystemDate.prototype.constructor = globalThis.Date;
}

/** Calls `work` at another time: only for as long as it does not wait, as others would see that time too. */
export function atAnotherTime<Result>(shiftMs: number, work: () => Result): Result {
  moveDate(Date.now() + shiftMs);
  try {
    return work();
  } finally {
    offsetMs -= shiftMs;
  }
}

function makeMovedDate(): DateConstructor {
  const now = () => SystemDate.now() + offsetMs;
  return new Proxy(SystemDate, {
    // `Date()` gives a text, whatever its arguments.
    apply: () => new SystemDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, property) => (property === "now" ? now : Reflect.get(target, property)),
  });
}
