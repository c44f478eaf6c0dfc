import type { RpcLogLevel } from "../messages.ts";
import type { FunctionCallback } from "./programming-model.ts";

type HookName = "appStart" | "appTerminate" | "preInvocation" | "postInvocation" | "log";

export type HookData = Record<string, unknown>;

/** Callbacks may replace members, so these are read again after each callback. */
export type InvocationHookContext = {
  hookData: HookData;
  appHookData: HookData;
  invocationContext: unknown;
  inputs: unknown[];
  functionCallback: FunctionCallback;
  result?: unknown;
  error?: unknown;
};

type LogHookContext = {
  hookData: HookData;
  appHookData: HookData;
  level: RpcLogLevel;
  message: string;
  category: "user" | "system";
  invocationContext: unknown;
};

type AppHookContext = { hookData: HookData; appHookData: HookData; functionAppDirectory: string };

type HookContext = InvocationHookContext | LogHookContext | AppHookContext;
export type HookCallback = (context: HookContext) => unknown;

const HOOK_NAMES: readonly HookName[] = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"];

/** The hooks of the app, run in registration order. */
export class Hooks {
  /** One object shared by all hooks of the process. */
  readonly appHookData: HookData = {};
  readonly #callbacks = new Map<HookName, HookCallback[]>(HOOK_NAMES.map((name) => [name, []]));

  /** @returns A function that removes the callback. */
  add(name: string, callback: HookCallback): () => void {
    const callbacks = this.#callbacks.get(name as HookName);
    if (callbacks === undefined) {
      // The library recognizes this class and flag, and then reports the worker version that it needs.
      throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
    }
    callbacks.push(callback);
    return () => {
      const index = callbacks.indexOf(callback);
      if (index >= 0) callbacks.splice(index, 1);
    };
  }

  has(name: HookName): boolean {
    return this.#callbacks.get(name)?.length !== 0;
  }

  async run(name: Exclude<HookName, "log">, context: HookContext): Promise<void> {
    for (const callback of [...(this.#callbacks.get(name) ?? [])]) await callback(context);
  }

  /** Log hooks are synchronous, and an exception in one must not lose the line. */
  runLog(context: LogHookContext): void {
    for (const callback of this.#callbacks.get("log") ?? []) {
      try {
        callback(context);
      } catch {
        // A broken log hook loses only its own change.
      }
    }
  }
}
