export type { SourceLines } from "./api.ts";
export { createInspector, type Inspector } from "./inspector.ts";
export { remoteManagement } from "./remote-management.ts";
export type { EntityInternals, HostDescription, InspectedSource, RunsSource } from "./source.ts";
