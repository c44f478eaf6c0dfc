// The local emulator, as used by the `same-kit` command and by tests.

export { AzuriteError, type AzuriteErrorCode } from "./azurite/errors.ts";
export { EmulatorError, type EmulatorErrorCode } from "./emulator/errors.ts";
export { type InspectedPlace, type InspectOptions, inspectElsewhere } from "./emulator/inspect-elsewhere.ts";
export { inspectorUrlOf } from "./emulator/inspector-extension.ts";
export type { InspectorServer } from "./emulator/inspector-server.ts";
export { instanceFilesOf } from "./emulator/instance-files.ts";
export type { LocalHost, LocalOptions } from "./emulator/local-host.ts";
export { type OpenedHub, type OpenHubOptions, openHub } from "./emulator/open-hub.ts";
export { type ReplayOptions, replayInstances } from "./emulator/replay-instances.ts";
export {
  listRunningHosts,
  type RunningHost,
  readHostLog,
  readHostStorage,
  stopRunningHost,
} from "./emulator/running-hosts.ts";
export { SpareProcesses } from "./emulator/spare-processes.ts";
export { DETACHED_LOG_VARIABLE, type DetachedOptions, startDetached } from "./emulator/start-detached.ts";
export { startLocal } from "./emulator/start-local.ts";
export { describeStorage, parseStorageChoice, type StorageChoice } from "./emulator/storage-choice.ts";
export type { InstanceFilter, InstanceStatus, StartRequest, TaskHubClient } from "./engine/client.ts";
export { OrchestrationAlreadyExistsError } from "./engine/errors.ts";
export type { HistoryEvent, OrchestrationStatusName } from "./engine/history/events.ts";
export { describeEvent } from "./events/describe-event.ts";
export type { EventFilter, NumberedEvent } from "./events/event-log.ts";
export { EventLog } from "./events/event-log.ts";
export type { HostEvent, HostEventKind, Step } from "./events/host-event.ts";
export {
  HOST_VERSION,
  HostError,
  type HostErrorCode,
  type HostedFunction,
  type HttpsOptions,
  loadLocalSettings,
  PortInUseError,
} from "./host/index.ts";
export type { RunDetail, RunFile, RunStep, RunSummary } from "./inspector/api.ts";
export type { RunsSource } from "./inspector/index.ts";
export { describePortOwner, findPortOwner, type PortOwner } from "./process/port-owner.ts";
export { ReplayError, type ReplayErrorCode } from "./replay/errors.ts";
export { StateError, type StateErrorCode } from "./state/errors.ts";
export { openStateFolder, STATE_FORMAT_VERSION, type StateFolder, stateFolderAt } from "./state/state-folder.ts";
export type { Divergence, ReplayReport } from "./testing-api.ts";
