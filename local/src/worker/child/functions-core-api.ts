import type { RpcLogLevel } from "../messages.ts";
import type { FunctionRegistry } from "./function-registry.ts";
import type { HookCallback, Hooks } from "./hooks.ts";
import type { CoreMetadata, FunctionCallback, ProgrammingModel } from "./programming-model.ts";

/** The latest version of Azure's worker whose behavior this one follows; libraries compare it. */
const WORKER_VERSION = "3.14.1";

class CoreDisposable {
  readonly #onDispose: () => unknown;

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  static from(...disposables: { dispose(): unknown }[]): CoreDisposable {
    return new CoreDisposable(() => {
      for (const it of disposables) it.dispose();
    });
  }

  dispose(): unknown {
    return this.#onDispose();
  }
}

/** The exports of "@azure/functions-core". */
export type FunctionsCore = {
  version: string;
  hostVersion: string;
  Disposable: typeof CoreDisposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  registerFunction(metadata: CoreMetadata, callback: FunctionCallback): CoreDisposable;
  registerHook(name: string, callback: HookCallback): CoreDisposable;
  log(level: RpcLogLevel, category: "user" | "system", message: string): void;
};

type FunctionsCoreDeps = {
  hostVersion: string;
  registry: FunctionRegistry;
  hooks: Hooks;
  log: FunctionsCore["log"];
};

/** Creates the object behind "@azure/functions-core" for one worker process. */
export function createFunctionsCore({ hostVersion, registry, hooks, log }: FunctionsCoreDeps): FunctionsCore {
  return {
    version: WORKER_VERSION,
    hostVersion,
    Disposable: CoreDisposable,
    setProgrammingModel(model) {
      // Each copy of the library in the app sets its own model; the last one serves the functions of all copies.
      registry.model = model;
    },
    getProgrammingModel: () => registry.model,
    registerFunction: (metadata, callback) => new CoreDisposable(registry.add(metadata, callback)),
    registerHook: (name, callback) => new CoreDisposable(hooks.add(name, callback)),
    log,
  };
}
