/** The settings in `extensions.durableTask` of host.json that the engine supports; defaults are the extension's. */
export type DurableTaskSettings = {
  hubName: string;
  /** The app whose hosts share the app lease; empty for an app without a name. */
  appName: string;
  /** Whether only one app at a time works on the hub. */
  useAppLease: boolean;
  appLease: { renewIntervalMs: number; acquireIntervalMs: number; leaseIntervalMs: number };
  defaultVersion: string | null;
  versionMatchStrategy: "None" | "Strict" | "CurrentOrOlder";
  versionFailureStrategy: "Reject" | "Fail";
  defaultAsyncRequestSleepTimeMs: number;
  useForwardedHost: boolean;
  maxConcurrentActivityFunctions: number;
  maxConcurrentOrchestratorFunctions: number;
  maxOrchestrationActions: number;
  maxEntityOperationBatchSize: number;
  /** 0 leaves the order to the queues. */
  entityMessageReorderWindowInMinutes: number;
  overridableExistingInstanceStates: "NonRunningStates" | "AnyState";
  storeInputsInOrchestrationHistory: boolean;
  localRpcEndpointEnabled: boolean;
  connectionName: string;
  partitionCount: number;
  controlQueueBatchSize: number;
  controlQueueBufferThreshold: number;
  controlQueueVisibilityTimeoutMs: number;
  workItemQueueVisibilityTimeoutMs: number;
  maxQueuePollingIntervalMs: number;
  traceInputsAndOutputs: boolean;
  traceReplayEvents: boolean;
};
