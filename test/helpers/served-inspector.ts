import { createSystemClock, silentLogger } from "@same-kit/shared";
import { serveInspector } from "../../local/src/emulator/inspector-server.ts";
import { EventLog } from "../../local/src/events/event-log.ts";
import { createInspector, type InspectedSource } from "../../local/src/inspector/index.ts";
import { createManagementHandler } from "../../local/src/management/index.ts";
import type { FakeTaskHubClient } from "./fake-task-hub-client.ts";

export type ServedInspector = {
  url: string;
  /** Reports a change of the instance: open pages reload it. */
  changed(instanceId: string): void;
  /** The instance prints a line. */
  print(instanceId: string, message: string): void;
  stop(): Promise<void>;
};

/** The inspector of a hub whose instances are set by a test, on its own port. */
export async function serveFakeHub(
  client: FakeTaskHubClient,
  more: Partial<InspectedSource> = {},
): Promise<ServedInspector> {
  const clock = createSystemClock();
  const gone = new AbortController();
  const events = new EventLog();
  const management = createManagementHandler({
    client,
    settings: { connectionName: "Storage", useForwardedHost: false },
    durableFunctions: () => [{ name: "Hello", kind: "orchestrator", isDisabled: false }],
    webhookQuery: () => "",
    clock,
    log: silentLogger,
    signal: gone.signal,
  });
  const source: InspectedSource = { management, describe: async () => DESCRIPTION, events, ...more };
  const inspector = createInspector(source, { clock, log: silentLogger });
  const server = await serveInspector(inspector, { port: 0, allowUsers: undefined, log: silentLogger });
  return {
    url: server.url,
    changed(instanceId) {
      events.add({ kind: "instance-ended", time: new Date(), instanceId, status: "Completed" });
    },
    print(instanceId, message) {
      const line = { kind: "line", time: new Date(), level: "info", source: "user", component: "Function" } as const;
      events.add({ ...line, message, fields: { instanceId } });
    },
    async stop() {
      gone.abort();
      await server.stop();
    },
  };
}

const DESCRIPTION: Awaited<ReturnType<InspectedSource["describe"]>> = {
  kind: "host",
  where: "http://localhost:7071",
  hubName: "TestHub",
  storage: "none",
  version: "1.0.0",
  nodeVersion: null,
  state: "Running",
  functions: [],
  hosts: [],
};
