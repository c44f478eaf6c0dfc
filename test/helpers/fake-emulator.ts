import type { TaskHubClient } from "../../local/src/index.ts";
import type { BootedHost, BootOptions, Emulator, RunningHost } from "../../toolkit/src/ports.ts";

export const OWN_APP = "/app";

export function runningHost(overrides: Partial<RunningHost> = {}): RunningHost {
  return {
    process: { pid: 7 },
    url: "http://localhost:7071",
    port: 7071,
    hubName: "hub",
    appDir: OWN_APP,
    storage: "disk",
    startedAt: "2026-01-01T00:00:00.000Z",
    isDetached: true,
    ...overrides,
  };
}

/** An emulator without processes: the test sets the hosts of each state folder. */
export class FakeEmulator implements Emulator {
  readonly ownAppDir = OWN_APP;
  readonly hosts = new Map<string, RunningHost[]>();
  readonly calls: string[] = [];

  async boot(_options: BootOptions): Promise<BootedHost> {
    this.calls.push("boot");
    return bootedHost({});
  }

  async bootDetached({ args }: { args: readonly string[] }): Promise<RunningHost> {
    this.calls.push(args.join(" "));
    return runningHost();
  }

  async listHosts(stateDir: string): Promise<RunningHost[]> {
    return this.hosts.get(stateDir) ?? [];
  }

  async connectionStringOf(_stateDir: string, { port }: RunningHost): Promise<string | undefined> {
    return `AccountKey=of-${port}`;
  }

  async stopHost(): Promise<void> {
    this.calls.push("stop");
  }

  async *readLog(): AsyncGenerator<string> {}
}

export function bootedHost(client: Partial<TaskHubClient>): BootedHost {
  return {
    url: "http://localhost:1234",
    port: 1234,
    hubName: "hub",
    storage: "disk",
    hasLostWrites: false,
    inspectorUrl: null,
    nodeVersion: "24.1.0",
    functionListText: "",
    client: client as TaskHubClient,
    events: { open: async () => null },
    failed: new Promise(() => {}),
    stop: async () => {},
    abandon: async () => {},
  };
}
