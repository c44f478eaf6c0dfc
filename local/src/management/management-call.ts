import type { Clock, Logger } from "@same-kit/shared";
import type { TaskHubClient } from "../engine/client.ts";
import type { DurableFunction } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import type { WebhookRequest } from "../shared/http-message.ts";
import type { RequestQuery } from "./request-query.ts";

export type ManagementDeps = {
  client: TaskHubClient;
  settings: Pick<DurableTaskSettings, "connectionName" | "useForwardedHost">;
  /** What the app has registered now: a disabled orchestrator is refused at the door. */
  durableFunctions(): readonly DurableFunction[];
  /** `code=<system key>` that the URLs in answers need, or empty. Whether a key is asked for is the host's business. */
  webhookQuery(): string;
  clock: Clock;
  log: Logger;
  /** Aborted when the host ends: who waits for the end of an instance is told to ask again. */
  signal: AbortSignal;
};

/** One request with all that its handler needs. */
export type ManagementCall = ManagementDeps & { request: WebhookRequest; query: RequestQuery };
