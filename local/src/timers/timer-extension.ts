// Timer triggers. Each host keeps its own times: nothing is stored, so occurrences missed while no host ran are not
// made up for.
// Source: Azure/azure-webjobs-sdk-extensions, Extensions.Timers/Listener/TimerListener.cs.

import type { Clock, Logger } from "@same-kit/shared";
import { type AppFunction, type FunctionsHost, type HostExtension, resolveSettings } from "../host/index.ts";
import type { NextTime } from "./ncrontab.ts";
import { parseSchedule } from "./timer-schedule.ts";

const TRIGGER_TYPE = "timerTrigger";
// How soon a timer added by a reload is noticed.
const MAX_PAUSE_MS = 1_000;
const NEVER = "0001-01-01T00:00:00+00:00";

export type TimerHost = Pick<FunctionsHost, "env" | "registeredFunctions" | "invoke">;

type TimerExtension = HostExtension & {
  start(host: TimerHost): void;
  /** Stops the timers; running functions continue. */
  stop(): void;
};

type Timer = { next: Date | undefined; last: Date | undefined; isRunning: boolean; nextTime: NextTime | undefined };

/** The timer trigger. Its timers start with the host and are adjusted after each reload. */
export function createTimerExtension({ clock, log }: { clock: Clock; log: Logger }): TimerExtension {
  const stopped = new AbortController();
  return {
    name: "timers",
    triggerTypes: [TRIGGER_TYPE],
    start: (host) => void runTimers(host, { clock, log, signal: stopped.signal }),
    stop: () => stopped.abort(),
  };
}

type Deps = { clock: Clock; log: Logger; signal: AbortSignal };

async function runTimers(host: TimerHost, deps: Deps): Promise<void> {
  const { clock, signal } = deps;
  let timers = new Map<string, Timer>();
  while (!signal.aborted) {
    // A function that a reload removed, or whose schedule it changed, loses its timer.
    timers = new Map(
      listTimers(host).map(({ fn, schedule }) => {
        const key = `${fn.name} ${schedule}`;
        return [key, timers.get(key) ?? createTimer(fn, schedule, deps)];
      }),
    );
    for (const { fn, schedule } of listTimers(host)) {
      const timer = timers.get(`${fn.name} ${schedule}`);
      if (timer !== undefined) fireIfDue(host, fn, timer, deps);
    }
    await clock.sleep(pauseMs([...timers.values()], clock.now()), signal);
  }
}

function listTimers(host: TimerHost): { fn: AppFunction; schedule: string }[] {
  return host.registeredFunctions().flatMap((fn) => {
    if (fn.trigger?.type.toLowerCase() !== TRIGGER_TYPE.toLowerCase()) return [];
    if (fn.isDisabled || fn.errors.length > 0) return [];
    return [{ fn, schedule: resolveSettings(String(fn.trigger["schedule"] ?? ""), host.env).text }];
  });
}

function createTimer(fn: AppFunction, schedule: string, { clock, log }: Deps): Timer {
  const nextTime = parseSchedule(schedule);
  if (nextTime === undefined) {
    log.error("This timer never runs: its schedule is neither an NCRONTAB expression nor hh:mm:ss.", {
      functionName: fn.name,
      schedule,
    });
  }
  const now = clock.now();
  const runsAtOnce = fn.trigger?.["runOnStartup"] === true;
  return { next: runsAtOnce ? now : nextTime?.(now), last: undefined, isRunning: false, nextTime };
}

/** A run that takes longer than its interval skips the occurrences it overlaps. */
function fireIfDue(host: TimerHost, fn: AppFunction, timer: Timer, { clock }: Deps): void {
  const { next: due, last, nextTime } = timer;
  const now = clock.now();
  if (timer.isRunning || due === undefined || due > now) return;
  const following = nextTime?.(due);
  timer.isRunning = true;
  const value = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: last?.toISOString() ?? NEVER,
      LastUpdated: last?.toISOString() ?? NEVER,
      Next: following?.toISOString() ?? NEVER,
    },
    IsPastDue: false,
  };
  const find = (functions: readonly AppFunction[]) => functions.find(({ name }) => name === fn.name);
  void host.invoke(find, { triggerData: { json: JSON.stringify(value) }, mayRetry: true }).finally(() => {
    const isAhead = following === undefined || following > clock.now();
    Object.assign(timer, { isRunning: false, last: due, next: isAhead ? following : nextTime?.(clock.now()) });
  });
}

function pauseMs(timers: readonly Timer[], now: Date): number {
  const waits = timers.flatMap(({ next, isRunning }) =>
    next === undefined || isRunning ? [] : [next.getTime() - now.getTime()],
  );
  return Math.max(1, Math.min(MAX_PAUSE_MS, ...waits));
}
