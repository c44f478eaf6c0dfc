import type { Clock, Logger } from "@same-kit/shared";
import type { TaskHubClient } from "../engine/client.ts";
import type { DurableFunction } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import type { WebhookRequest } from "../shared/http-message.ts";
import type { RequestQuery } from "./request-query.ts";

export type ManagementDeps = {
  client: TaskHubClient;
  settings: Pick<DurableTaskSettings, "connectionName" | "useForwardedHost">;
  /**
   * The currently registered functions: starting a disabled orchestrator is refused. Null: unknown, because no app runs
   * here.
   */
  durableFunctions(): readonly DurableFunction[] | null;
  /** `code=<system key>` for the URLs in responses, or empty. The host decides whether keys are required. */
  webhookQuery(): string;
  clock: Clock;
  log: Logger;
  /** Aborted when the host stops: callers waiting for an instance are asked to retry. */
  signal: AbortSignal;
};

/** One request with everything its handler needs. */
export type ManagementCall = ManagementDeps & { request: WebhookRequest; query: RequestQuery };
