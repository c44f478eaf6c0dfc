import type {
  InstanceFilter,
  InstancePage,
  InstanceStatus,
  StartRequest,
  TaskHubClient,
} from "../../local/src/engine/client.ts";
import { OrchestrationAlreadyExistsError } from "../../local/src/engine/errors.ts";
import type { HistoryEvent } from "../../local/src/engine/history/events.ts";

export const instanceStatus = (fields: Partial<InstanceStatus> = {}): InstanceStatus => ({
  instanceId: "abc",
  executionId: "e1",
  name: "Hello",
  version: null,
  runtimeStatus: "Running",
  input: '{"greet":"Hi"}',
  output: null,
  customStatus: null,
  createdTime: "2024-10-23T16:00:00.1234567Z",
  lastUpdatedTime: "2024-10-23T16:00:01.9Z",
  tags: null,
  ...fields,
});

/** A client whose instances are set by the test; it records its calls. */
export class FakeTaskHubClient implements TaskHubClient {
  readonly hubName = "TestHub";
  readonly calls: unknown[][] = [];
  readonly instances = new Map<string, InstanceStatus>();
  history: HistoryEvent[] = [];
  nextToken: string | null = null;
  /** Runs before every status is read. */
  onGetStatus: () => void = () => {};

  constructor(...instances: InstanceStatus[]) {
    for (const it of instances) this.instances.set(it.instanceId, it);
  }

  async start(request: StartRequest): Promise<{ instanceId: string; executionId: string }> {
    this.calls.push(["start", request]);
    const { instanceId = "new-id", name, input } = request;
    const existing = this.instances.get(instanceId);
    if (existing !== undefined) throw new OrchestrationAlreadyExistsError(instanceId, existing.runtimeStatus);
    this.instances.set(instanceId, instanceStatus({ instanceId, name, input, runtimeStatus: "Pending" }));
    return { instanceId, executionId: "e1" };
  }

  async getStatus(instanceId: string, options = {}): Promise<InstanceStatus | null> {
    this.calls.push(["getStatus", instanceId, options]);
    this.onGetStatus();
    return this.instances.get(instanceId) ?? null;
  }

  /** Whether it uses an app lease. */
  hasAppLease = true;

  async makePrimary(): Promise<boolean> {
    this.calls.push(["makePrimary"]);
    return this.hasAppLease;
  }

  async getHistory(): Promise<HistoryEvent[]> {
    return this.history;
  }

  async signalEntity(...args: Parameters<TaskHubClient["signalEntity"]>): Promise<void> {
    this.calls.push(["signalEntity", ...args]);
  }

  async rewind(...args: Parameters<TaskHubClient["rewind"]>): Promise<void> {
    this.calls.push(["rewind", ...args]);
  }

  async releaseLock(...args: Parameters<TaskHubClient["releaseLock"]>): Promise<void> {
    this.calls.push(["releaseLock", ...args]);
  }

  async list(filter: InstanceFilter, page: object): Promise<InstancePage> {
    this.calls.push(["list", filter, page]);
    const continuationToken = this.nextToken;
    this.nextToken = null;
    return { instances: [...this.instances.values()], continuationToken };
  }

  async raiseEvent(...call: unknown[]): Promise<void> {
    this.calls.push(["raiseEvent", ...call]);
  }

  async terminate(...call: unknown[]): Promise<void> {
    this.calls.push(["terminate", ...call]);
  }

  async suspend(...call: unknown[]): Promise<void> {
    this.calls.push(["suspend", ...call]);
  }

  async resume(...call: unknown[]): Promise<void> {
    this.calls.push(["resume", ...call]);
  }

  async purge(instanceId: string): Promise<boolean> {
    this.calls.push(["purge", instanceId]);
    return this.instances.delete(instanceId);
  }

  async purgeMany(filter: InstanceFilter): Promise<number> {
    this.calls.push(["purgeMany", filter]);
    return this.instances.size;
  }
}
