// The host's copies of the SDK's tasks. Both sides number what they schedule independently, so a copy must settle at
// exactly the same event as its original, and take ids in the same order: durable-functions 3.5, lib/src/task. For that
// reason, everything here is synchronous.

import type { FailureDetails } from "../../history/events.ts";
import type { ActivityAction, EntityCallAction, EntityLockAction, SubOrchestrationAction } from "./action.ts";

/** The history data of a failed activity or sub-orchestration. */
export type TaskFailure = { Reason: string | null; Details: string | null; FailureDetails: FailureDetails | null };

/** What a leaf schedules once it has an id. */
export type LeafRequest =
  | { kind: "activity"; action: ActivityAction; knownFailure: TaskFailure | null }
  | { kind: "sub-orchestration"; action: SubOrchestrationAction; knownFailure: TaskFailure | null }
  | { kind: "timer"; fireAt: string; isCanceled: boolean }
  | { kind: "entity-call"; action: EntityCallAction }
  | { kind: "entity-lock"; action: EntityLockAction }
  | { kind: "external-event"; name: string };

/** What a task needs from the replay that it runs in. */
export interface TaskEnvironment {
  /** The orchestrator's clock: the latest OrchestratorStarted, in whole milliseconds as the SDK sees it. */
  clockMs(): number;
  /** Assigns ids to the leaves of `task` that have none. */
  track(task: ReplayTask): void;
  /** Assigns an id to a leaf that is scheduled later. */
  reserve(leaf: LeafTask): void;
  /** Schedules a leaf that has its id. */
  release(leaf: LeafTask): void;
}

export abstract class ReplayTask {
  state: "running" | "completed" | "failed" = "running";
  failure: TaskFailure | null = null;
  parent: CompoundTask | null = null;

  /** May be called again for a settled task: in the SDK, too, a second event for one wait does so. */
  settle(state: "completed" | "failed", failure: TaskFailure | null = null): void {
    this.state = state;
    this.failure = failure;
    this.parent?.childSettled(this);
  }
}

/** A task without children: its result arrives with one event, which refers to its id. */
export class LeafTask extends ReplayTask {
  id: number | null = null;
  /** JSON text of its result, if its event contains it. */
  result: string | null = null;

  constructor(readonly request: LeafRequest) {
    super();
  }
}

export abstract class CompoundTask extends ReplayTask {
  constructor(readonly children: ReplayTask[]) {
    super();
    this.adopt(children);
  }

  /** A task notifies only the compound that was built around it last. */
  adopt(children: readonly ReplayTask[]): void {
    for (const child of children) child.parent = this;
  }

  abstract childSettled(child: ReplayTask): void;
}

/** Settles at the first failure, otherwise with the last child; siblings of a failed child continue. */
export class WhenAllTask extends CompoundTask {
  /** Number of leading children known to have completed, which does not change any more. */
  #checked = 0;

  override childSettled(child: ReplayTask): void {
    if (child.state === "failed") {
      if (this.state !== "failed") this.settle("failed", child.failure);
    } else if (this.#haveAllCompleted()) {
      this.settle("completed");
    }
  }

  #haveAllCompleted(): boolean {
    while (this.children[this.#checked]?.state === "completed") this.#checked++;
    return this.#checked === this.children.length;
  }
}

/** A failed child settles it as well: the app inspects the winner. */
export class WhenAnyTask extends CompoundTask {
  override childSettled(): void {
    if (this.state === "running") this.settle("completed");
  }
}
