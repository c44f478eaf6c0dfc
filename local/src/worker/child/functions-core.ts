// The module "@azure/functions-core" as apps see it. The object behind it is created by main.ts. A process or thread
// without it gets the error of a missing package, after which `@azure/functions` runs in its test mode.

import { CORE_KEY } from "./core-key.ts";
import type { FunctionsCore } from "./functions-core-api.ts";

function liveCore(): FunctionsCore {
  const core = (globalThis as { [CORE_KEY]?: FunctionsCore })[CORE_KEY];
  if (core === undefined) {
    throw Object.assign(
      new Error("Cannot find module '@azure/functions-core': this is not the main thread of a worker."),
      {
        code: "MODULE_NOT_FOUND",
      },
    );
  }
  return core;
}

// Exported one by one: Node's lexer must find the names for `import { registerHook } from "@azure/functions-core"`.
export const {
  version,
  hostVersion,
  Disposable,
  setProgrammingModel,
  getProgrammingModel,
  registerFunction,
  registerHook,
  log,
} = liveCore();
