import type { Clock, LogFields, Logger } from "@same-kit/shared";
import type { Tracer } from "../../telemetry/index.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Inbox, Reading } from "../delivery/queue-reader.ts";
import type { FunctionLog } from "../function-log.ts";
import {
  EventType,
  type TaskCompletedEvent,
  type TaskFailedEvent,
  type TaskScheduledEvent,
} from "../history/events.ts";
import { HTTP_ACTIVITY } from "../history/http-activity-name.ts";
import type { MessageData, OutgoingMessage, ReceivedMessage } from "../messages/message-data.ts";
import type { ActivityOutcome, FunctionInvoker } from "../ports.ts";
import { activityInputForWorker, activityOutcome, unrunnableActivityOutcome } from "./activity-outcome.ts";
import { ActivityTrace } from "./activity-trace.ts";
import { type HttpActivityDeps, runHttpActivity } from "./http-activity.ts";

type ActivityDispatcherDeps = {
  delivery: Delivery;
  invoker: FunctionInvoker;
  clock: Clock;
  log: Logger;
  functionLog: FunctionLog;
  /** Absent: tracing is off. */
  tracer?: Tracer | undefined;
  maxConcurrentActivities: number;
  http: HttpActivityDeps;
};

const MAX_RECEIVE = 32;
// Longer than a short activity, and shorter than a user wants to wait when stopping a host.
const STOP_LIMIT_MS = 5_000;
// Two minutes. The work item stays held during that time, and if it becomes visible again it is not taken a second
// time.
const MAX_REPORTS = 120;
const REPORT_PAUSE_MS = 1_000;

/** Receives work items, calls the activities, and sends their outcomes back. */
export class ActivityDispatcher implements Inbox {
  readonly #deps: ActivityDispatcherDeps;
  readonly #running = new Set<Promise<void>>();
  #reading: Reading | null = null;
  #used = 0;
  /**
   * Whether work items may be waiting in the queue for a slot; if not, a free slot does not require polling the queue.
   */
  #mayWait = false;
  #isStopping = false;

  constructor(deps: ActivityDispatcherDeps) {
    this.#deps = deps;
  }

  start(queueName: string): void {
    this.#isStopping = false;
    this.#reading = this.#deps.delivery.read(queueName, this);
  }

  /** Waits briefly for running activities; those that take longer are rerun by the next host. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#reading?.stop();
    const ended = new AbortController();
    await Promise.race([Promise.allSettled(this.#running), this.#deps.clock.sleep(STOP_LIMIT_MS, ended.signal)]);
    // A remaining timer would keep the process alive for its full duration.
    ended.abort();
  }

  makeRoom(): number {
    const free = this.#deps.maxConcurrentActivities - this.#used;
    this.#mayWait = free <= 0;
    if (free <= 0) return 0;
    // One slot is reserved for work items that this host sends itself.
    const room = Math.max(1, Math.min(free - 1, MAX_RECEIVE));
    this.#used += room;
    return room;
  }

  makeRoomForOne(): boolean {
    if (this.#isStopping || this.#used >= this.#deps.maxConcurrentActivities) return false;
    this.#used += 1;
    return true;
  }

  giveUpRoom(count: number): void {
    // If a response filled all the room, others may still be in the queue.
    this.#mayWait ||= count === 0;
    this.#freeSlots(count);
  }

  take(message: ReceivedMessage): void {
    const run = this.#work(message).finally(() => {
      this.#running.delete(run);
      this.#freeSlots(1);
    });
    this.#running.add(run);
  }

  #freeSlots(count: number): void {
    this.#used -= count;
    if (count > 0 && this.#mayWait) this.#reading?.wake();
  }

  async #work(message: ReceivedMessage): Promise<void> {
    const { delivery, log } = this.#deps;
    const { OrchestrationInstance, Event } = message.data.TaskMessage;
    const fields = { instanceId: OrchestrationInstance.InstanceId };
    if (Event.EventType !== EventType.TaskScheduled) {
      log.warn("A work item contains no activity; it is discarded.", fields);
      return delivery.delete(message);
    }
    try {
      const outcome = await this.#invoke(Event, OrchestrationInstance.InstanceId);
      if (outcome === null) return await delivery.abandon(message);
      await this.#report(replyTo(message.data, Event, outcome, this.#deps.clock), fields);
      // Not awaited: if the deletion fails, the activity runs twice, and the second reply is ignored.
      void delivery.delete(message);
    } catch (error) {
      log.warn("An activity's outcome could not be sent; it will run again.", {
        ...fields,
        reason: (error as Error).message,
      });
      await delivery.abandon(message);
    }
  }

  /** Retries for a while: an activity that took minutes must not be repeated because of a short storage outage. */
  async #report(reply: OutgoingMessage, fields: LogFields): Promise<void> {
    const { delivery, clock, log } = this.#deps;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await delivery.send(reply);
        return;
      } catch (error) {
        if (this.#isStopping || attempt === MAX_REPORTS) throw error;
        const reason = (error as Error).message;
        if (attempt === 1) log.warn("An activity's outcome cannot be sent; trying again.", { ...fields, reason });
        await clock.sleep(REPORT_PAUSE_MS);
      }
    }
  }

  /** Null if no worker could run it now. */
  async #invoke(event: TaskScheduledEvent, instanceId: string): Promise<ActivityOutcome | null> {
    const { invoker, log, functionLog } = this.#deps;
    const isHttp = event.Name === HTTP_ACTIVITY;
    const unrunnable = isHttp ? null : unrunnableActivityOutcome(event.Name, invoker.durableFunctions());
    if (unrunnable !== null) return unrunnable;
    let input: string | null;
    try {
      input = activityInputForWorker(event.Input);
    } catch (error) {
      // The sender did not write a valid argument list, so calling it again would not help.
      const { message, stack = null } = error as Error;
      return activityOutcome(event.Name, { kind: "threw", message, stack });
    }
    const logged = { instanceId, name: event.Name, type: "Activity" } as const;
    functionLog.started(logged, input, { taskEventId: event.EventId });
    const trace = ActivityTrace.begin(event, instanceId, this.#deps.tracer);
    const span = trace && { span: trace.context };
    const reply = isHttp
      ? await runHttpActivity(input, { ...this.#deps.http, ...span })
      : await invoker.invokeActivity({ name: event.Name, instanceId, input, ...span });
    if (reply.kind !== "unavailable") {
      const outcome = activityOutcome(event.Name, reply);
      trace?.end(outcome);
      const taskEventId = event.EventId;
      if (outcome.kind === "completed") functionLog.completed(logged, outcome.result, { taskEventId });
      else functionLog.failed(logged, outcome.reason, { taskEventId });
      return outcome;
    }
    log.debug("An activity is postponed.", { instanceId, functionName: event.Name, reason: reply.reason });
    return null;
  }
}

function replyTo(
  request: MessageData,
  scheduled: TaskScheduledEvent,
  outcome: ActivityOutcome,
  clock: Clock,
): OutgoingMessage {
  const { OrchestrationInstance } = request.TaskMessage;
  const base = { EventId: -1, IsPlayed: false, Timestamp: clock.nowTicks(), TaskScheduledId: scheduled.EventId };
  const Event: TaskCompletedEvent | TaskFailedEvent =
    outcome.kind === "completed"
      ? { ...base, EventType: EventType.TaskCompleted, Result: outcome.result }
      : {
          ...base,
          EventType: EventType.TaskFailed,
          Reason: outcome.reason,
          Details: outcome.details,
          FailureDetails: outcome.failureDetails,
        };
  return {
    taskMessage: { Event, SequenceNumber: 0, OrchestrationInstance, OrchestrationExecutionContext: null },
    sender: { InstanceId: OrchestrationInstance.InstanceId, ExecutionId: OrchestrationInstance.ExecutionId ?? "" },
    episode: request.Episode ?? -1,
  };
}
