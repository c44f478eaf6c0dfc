import Module from "node:module";

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;

/**
 * Keeps Azurite's slowest imports from loading: `applicationinsights` (1 s) serves the telemetry that we never turn on, and
 * `axios` only copies blobs from other accounts, so it is loaded by the first such copy.
 */
export function leaveOutSlowModules(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = (request, parent, isMain) => {
    if (request === "applicationinsights") return {};
    if (request !== "axios") return load(request, parent, isMain);
    return {
      __esModule: true,
      get default() {
        return load(request, parent, isMain);
      },
    };
  };
}
