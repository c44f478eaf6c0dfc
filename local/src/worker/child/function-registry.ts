import path from "node:path";
import type { BindingInfo, FunctionMetadata } from "../messages.ts";
import type { CoreMetadata, FunctionCallback, ProgrammingModel, RegisteredFunction } from "./programming-model.ts";

/** What the app registered. Open while the app loads, locked afterwards. */
export class FunctionRegistry {
  /** The library that calls functions; set by its first registration. */
  model: ProgrammingModel | undefined;
  /** The entry file being loaded; registrations during that time belong to it. */
  currentFile: string | undefined;
  readonly #functions = new Map<string, RegisteredFunction>();
  #isLocked = false;

  /** @returns A function that removes the registration; it throws once the registry is locked. */
  add(core: CoreMetadata, callback: FunctionCallback): () => void {
    this.#throwIfLocked(`register function "${core.name}"`);
    const functionId = core.functionId ?? core.name;
    if (this.#functions.has(functionId)) {
      throw new Error(`A function with id "${functionId}" has already been registered.`);
    }
    this.#functions.set(functionId, { metadata: this.#toMetadata(functionId, core), core, callback });
    return () => {
      this.#throwIfLocked(`dispose of function "${core.name}"`);
      this.#functions.delete(functionId);
    };
  }

  get(functionId: string): RegisteredFunction | undefined {
    return this.#functions.get(functionId);
  }

  all(): FunctionMetadata[] {
    return [...this.#functions.values()].map((it) => it.metadata);
  }

  lock(): void {
    this.#isLocked = true;
  }

  #throwIfLocked(action: string): void {
    if (this.#isLocked) throw new Error(`Cannot ${action}: functions can only be registered during app startup.`);
  }

  #toMetadata(functionId: string, core: CoreMetadata): FunctionMetadata {
    return {
      functionId,
      name: core.name,
      // A JSON round trip, as on Azure: functions and undefined members in options must not reach the channel.
      bindings: Object.entries(core.bindings).map(
        ([name, binding]) => JSON.parse(JSON.stringify({ ...binding, name })) as BindingInfo,
      ),
      scriptFile: this.currentFile === undefined ? "unknown" : path.basename(this.currentFile),
      directory: this.currentFile === undefined ? "unknown" : path.dirname(this.currentFile),
      ...(core.retryOptions === undefined ? {} : { retryOptions: JSON.parse(JSON.stringify(core.retryOptions)) }),
    };
  }
}
