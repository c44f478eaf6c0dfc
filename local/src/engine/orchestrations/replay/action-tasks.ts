import type { TaskAction } from "./action.ts";
import { HttpTask } from "./http-task.ts";
import { LONGEST_SHORT_TIMER_MS, LongTimerTask } from "./long-timer-task.ts";
import { LeafTask, type ReplayTask, type TaskEnvironment, WhenAllTask, WhenAnyTask } from "./replay-task.ts";
import { RetryTask } from "./retry-task.ts";

/** The tasks of the actions: a tag that occurs several times refers to the same task each time. */
export class ActionTasks {
  readonly #environment: TaskEnvironment;
  readonly #httpPauseMs: number;
  readonly #tagged = new Map<number, ReplayTask>();

  constructor(environment: TaskEnvironment, httpPauseMs: number) {
    this.#environment = environment;
    this.#httpPauseMs = httpPauseMs;
  }

  /** Whether the task of `action` already exists. */
  has({ tag }: TaskAction): boolean {
    return tag !== null && this.#tagged.has(tag);
  }

  taskOf(action: TaskAction): ReplayTask {
    const known = action.tag === null ? undefined : this.#tagged.get(action.tag);
    if (known !== undefined) return known;
    const task = this.#newTask(action);
    if (action.tag !== null) this.#tagged.set(action.tag, task);
    return task;
  }

  #newTask(action: TaskAction): ReplayTask {
    const environment = this.#environment;
    switch (action.kind) {
      case "when-all":
        return new WhenAllTask(action.children.map((it) => this.taskOf(it)));
      case "when-any":
        return new WhenAnyTask(action.children.map((it) => this.taskOf(it)));
      case "external-event":
        return new LeafTask({ kind: "external-event", name: action.name });
      case "http":
        return new HttpTask(action, environment, this.#httpPauseMs);
      case "entity-call":
        return new LeafTask({ kind: "entity-call", action });
      case "entity-lock":
        return new LeafTask({ kind: "entity-lock", action });
      case "timer": {
        const isLong = Date.parse(action.fireAt) - environment.clockMs() > LONGEST_SHORT_TIMER_MS;
        if (isLong) return new LongTimerTask(action, environment);
        return new LeafTask({ kind: "timer", fireAt: action.fireAt, isCanceled: action.isCanceled });
      }
      case "activity": {
        const request = { kind: action.kind, action, knownFailure: null };
        return action.retry === null ? new LeafTask(request) : new RetryTask(request, action.retry, environment);
      }
      case "sub-orchestration": {
        const request = { kind: action.kind, action, knownFailure: null };
        return action.retry === null ? new LeafTask(request) : new RetryTask(request, action.retry, environment);
      }
    }
  }
}
