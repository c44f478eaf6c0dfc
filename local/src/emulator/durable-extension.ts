import type { AllowedUsers, Clock, Logger } from "@same-kit/shared";
import type { TaskHubClient } from "../engine/client.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import type { HostExtension } from "../host/index.ts";
import { createManagementHandler, durableClientBindingValue, startRpcListener } from "../management/index.ts";
import type { WebhookHandler } from "../shared/http-message.ts";

const NAME = "durabletask";
const DIRECT_CALL = "It is called by the Durable engine. Start an orchestration instead.";

type DurableExtensionDeps = {
  settings: DurableTaskSettings;
  /** Who may connect to the worker's endpoint besides this process's user and root. Default: no one. */
  allowUsers?: AllowedUsers | undefined;
  clock: Clock;
  log: Logger;
};

/** The parts of the engine and the host that the extension needs once they run. */
type DurableParts = { client: TaskHubClient; invoker: FunctionInvoker; systemKey(): string };

/** Durable Functions as the host sees it: trigger types, a webhook, a binding. */
type DurableExtension = HostExtension & {
  webhook: WebhookHandler;
  /** Connects it to the running parts; earlier requests continue. */
  connect(parts: DurableParts): void;
  /** Answers the requests that wait for an instance to end; everything else continues. */
  endWaiting(): void;
  stop(): Promise<void>;
};

/**
 * Created before the engine and the host, which both take a while to start: the host needs it to load the app, and it
 * needs both to answer requests.
 */
export async function createDurableExtension(deps: DurableExtensionDeps): Promise<DurableExtension> {
  const { settings, clock, log, allowUsers } = deps;
  const connected = Promise.withResolvers<WebhookHandler>();
  const waiting = new AbortController();
  const webhook: WebhookHandler = async (request) => (await connected.promise)(request);
  const rpc = settings.localRpcEndpointEnabled ? await startRpcListener(webhook, { log, allowUsers }) : null;
  return {
    name: NAME,
    triggerTypes: ["orchestrationTrigger", "activityTrigger", "entityTrigger"],
    webhook,
    inputBindings: {
      durableClient(_binding, { hostUrl, webhookQuery, span }) {
        const { hubName, connectionName } = settings;
        const rpcBaseUrl = rpc?.baseUrlFor(span) ?? null;
        const value = durableClientBindingValue({ hostUrl, webhookQuery, hubName, connectionName, rpcBaseUrl });
        return { json: JSON.stringify(value) };
      },
    },
    directInvocationRefusals: {
      orchestrationTrigger: DIRECT_CALL,
      activityTrigger: DIRECT_CALL,
      entityTrigger: DIRECT_CALL,
    },
    connect({ client, invoker, systemKey }) {
      const handler = createManagementHandler({
        client,
        settings,
        durableFunctions: () => invoker.durableFunctions(),
        webhookQuery: () => `code=${encodeURIComponent(systemKey())}`,
        clock,
        log,
        signal: waiting.signal,
      });
      connected.resolve(handler);
    },
    endWaiting: () => waiting.abort(),
    stop: async () => rpc?.stop(),
  };
}
