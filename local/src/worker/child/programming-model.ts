import type { FunctionMetadata, InvocationRequest, RpcLogLevel, TypedData } from "../messages.ts";

// The contract between a worker and `@azure/functions` 4.16.5, as used by its `src/ProgrammingModel.ts`,
// `src/InvocationModel.ts` and `src/hooks`.

export type FunctionCallback = (...inputs: unknown[]) => unknown;

type CoreInvocationState = "preInvocationHooks" | "invocation" | "postInvocationHooks" | undefined;

export type CoreMetadata = {
  name: string;
  bindings: Record<string, { type: string; direction: string; [option: string]: unknown }>;
  functionId?: string;
  retryOptions?: unknown;
};

export type CoreInvocationContext = {
  invocationId: string;
  request: Omit<InvocationRequest, "kind">;
  metadata: CoreMetadata;
  state: CoreInvocationState;
  log(level: RpcLogLevel, category: "user" | "system", message: string): void;
};

export type ModelResponse = {
  returnValue?: TypedData | null;
  outputData?: { name: string; data: TypedData }[];
};

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<ModelResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(defaults: Record<string, string>): Promise<Record<string, string>> | Record<string, string>;
}

export type RegisteredFunction = {
  metadata: FunctionMetadata;
  /** What the library registered, passed back to it on each call. */
  core: CoreMetadata;
  callback: FunctionCallback;
};
