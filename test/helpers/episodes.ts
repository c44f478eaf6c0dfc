import { silentLogger } from "@same-kit/shared";
import { FunctionLog } from "../../local/src/engine/function-log.ts";
import { EventType, type ExecutionStartedEvent } from "../../local/src/engine/history/events.ts";
import type { EpisodeDeps, EpisodeSettings } from "../../local/src/engine/orchestrations/episode-types.ts";
import type { FunctionInvoker } from "../../local/src/engine/ports.ts";
import { FakeClock } from "./fake-clock.ts";

export const episodeSettings: EpisodeSettings = {
  defaultVersion: null,
  versionMatchStrategy: "CurrentOrOlder",
  versionFailureStrategy: "Reject",
  defaultAsyncRequestSleepTimeMs: 30_000,
  maxOrchestrationActions: 100_000,
  maxEntityOperationBatchSize: 5_000,
  entityMessageReorderWindowInMinutes: 30,
  storeInputsInOrchestrationHistory: false,
  hubName: "Hub",
  traceInputsAndOutputs: false,
  traceReplayEvents: false,
};

/** What an episode needs, with `invoker` for the app. */
export function episodeDeps(invoker: FunctionInvoker, settings: Partial<EpisodeSettings> = {}): EpisodeDeps {
  const all = { ...episodeSettings, ...settings };
  const functionLog = new FunctionLog(silentLogger, all);
  return { invoker, settings: all, clock: new FakeClock(), log: silentLogger, functionLog };
}

export function startEvent(
  name: string,
  input: unknown,
  target: { InstanceId: string; ExecutionId: string },
  clock: FakeClock,
): ExecutionStartedEvent {
  return {
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    IsPlayed: false,
    Timestamp: clock.nowTicks(),
    OrchestrationInstance: target,
    ParentInstance: null,
    Name: name,
    Version: null,
    Input: input === undefined ? null : JSON.stringify(input),
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    Generation: 0,
  };
}
