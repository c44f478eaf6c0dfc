export { createInspector, type Inspector } from "./inspector.ts";
export { remoteManagement } from "./remote-management.ts";
export type { HostDescription, InspectedSource, RunsSource } from "./source.ts";
