// The app's code reads the time from `Date`. If the host's clock differs from the machine's, each call sets the time;
// from there on it advances as usual, so that code that measures or waits with `Date` terminates.

const SystemDate = globalThis.Date;
let offsetMs = 0;
let isInstalled = false;

/** Makes this process's `Date` start at `nowMs`, in milliseconds since the epoch, from now on. */
export function moveDate(nowMs: number): void {
  offsetMs = nowMs - SystemDate.now();
  if (isInstalled) return;
  isInstalled = true;
  globalThis.Date = makeMovedDate();
  // Libraries compare it with `Date`.
  SystemDate.prototype.constructor = globalThis.Date;
}

/** Calls `work` at another time. `work` must be synchronous, because other code would see that time too. */
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
    // `Date()` without `new` returns a string, whatever its arguments.
    apply: () => new SystemDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, property) => (property === "now" ? now : Reflect.get(target, property)),
  });
}
