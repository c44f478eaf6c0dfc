import { OperationError } from "@same-kit/shared";

export type EngineErrorCode =
  /** A start used the id of an instance that is still running. */
  | "ERR_ORCHESTRATION_EXISTS"
  /** A start was to replace a running instance, which did not end in time. */
  | "ERR_ORCHESTRATION_NOT_REPLACED"
  /** Another host has advanced the instance; this episode's work is discarded. */
  | "ERR_HISTORY_CONFLICT"
  /** The task hub name in host.json would be rejected by storage. */
  | "ERR_TASK_HUB_NAME"
  /** The Durable Functions settings in host.json are invalid. */
  | "ERR_DURABLE_TASK_SETTINGS";

export class OrchestrationAlreadyExistsError extends OperationError<EngineErrorCode> {
  constructor(
    readonly instanceId: string,
    readonly status: string,
  ) {
    super({
      code: "ERR_ORCHESTRATION_EXISTS",
      message: `An Orchestration instance with the status ${status} already exists.`,
    });
  }
}

export class OrchestrationNotReplacedError extends OperationError<EngineErrorCode> {
  constructor(instanceId: string, status: string) {
    super({
      code: "ERR_ORCHESTRATION_NOT_REPLACED",
      message:
        `Instance "${instanceId}" could not be replaced by a new one. It was asked to end but did not end in time; ` +
        `its status is ${status}. No new instance was started.`,
      hint: "Make sure that a host works on the hub, then start the instance again.",
    });
  }
}

/** HTTP 409 or 412 on the sentinel row or a partition row. */
export class HistoryConflictError extends OperationError<EngineErrorCode> {
  constructor(instanceId: string, cause: unknown) {
    super({
      code: "ERR_HISTORY_CONFLICT",
      message: `Another worker changed the history of instance "${instanceId}" first.`,
      cause,
    });
  }
}
