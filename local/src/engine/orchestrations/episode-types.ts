// The boundary between deciding (pure: `run-episode.ts`, `replay/`) and storing (`instance-session.ts`,
// `checkpoint.ts`).

import type { Clock, Logger } from "@same-kit/shared";
import type { Span, Tracer } from "../../telemetry/index.ts";
import type { FunctionLog, FunctionLogSettings } from "../function-log.ts";
import type { HistoryEvent } from "../history/events.ts";
import type { Outgoing, TaskMessage } from "../messages/message-data.ts";
import type { FunctionInvoker } from "../ports.ts";
import type { DurableTaskSettings } from "../settings.ts";

/** The settings of host.json that affect an episode. */
export type EpisodeSettings = Pick<
  DurableTaskSettings,
  | "defaultVersion"
  | "versionMatchStrategy"
  | "versionFailureStrategy"
  | "defaultAsyncRequestSleepTimeMs"
  | "maxOrchestrationActions"
  | "maxEntityOperationBatchSize"
  | "entityMessageReorderWindowInMinutes"
  | "storeInputsInOrchestrationHistory"
> &
  FunctionLogSettings;

/** What deciding an episode needs besides its input. */
export type EpisodeDeps = {
  invoker: FunctionInvoker;
  settings: EpisodeSettings;
  clock: Clock;
  log: Logger;
  functionLog: FunctionLog;
  /** Absent: tracing is off. */
  tracer?: Tracer | undefined;
};

/** The state of an instance, and what has arrived for it. */
export type EpisodeInput = {
  instanceId: string;
  /** Persisted events of the current execution; empty for a new one. */
  history: readonly HistoryEvent[];
  /** The messages of this batch, in order of arrival. */
  messages: readonly TaskMessage[];
};

/** The outcome of an episode. */
export type EpisodeResult =
  /** There is nothing to store: the batch's messages are deleted. */
  | { kind: "discarded"; reason: string }
  /** The worker was unavailable, or the version does not match: the batch is abandoned and redelivered. */
  | {
      kind: "abandoned";
      reason: string;
      /** A problem that only the user can fix: logged once, as a warning. */
      warning?: { text: string; fields: Record<string, string> };
    }
  | {
      kind: "advanced";
      executionId: string;
      /** All events of this execution after the episode; the last `newEventCount` of them are not stored yet. */
      events: HistoryEvent[];
      newEventCount: number;
      /** Continue-as-new replaced the execution: all `events` are new, and row keys restart at 0. */
      isNewGeneration: boolean;
      outgoing: Outgoing[];
      /** JSON text of the custom status, null for none. */
      customStatus: string | null;
      /** To be recorded once the episode is saved. */
      spans?: readonly Span[];
    };
