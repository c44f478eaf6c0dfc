import type {
  ActivityCall,
  DurableFunction,
  EntityCall,
  FunctionInvoker,
  InvocationReply,
  OrchestratorCall,
  OrchestratorInvocationReply,
} from "../engine/ports.ts";

/**
 * Stands in for an invoker that becomes available later: calls wait for it, so that the engine can open its hub while
 * the app loads.
 */
export class LateInvoker implements FunctionInvoker {
  readonly #coming: Promise<FunctionInvoker>;
  #invoker: FunctionInvoker | undefined;

  constructor(coming: Promise<FunctionInvoker>) {
    this.#coming = coming;
    coming.then(
      (invoker) => {
        this.#invoker = invoker;
      },
      () => {}, // Its callers receive the rejection.
    );
  }

  durableFunctions(): readonly DurableFunction[] {
    return this.#invoker?.durableFunctions() ?? [];
  }

  async invokeOrchestrator(call: OrchestratorCall): Promise<OrchestratorInvocationReply> {
    return (await this.#coming).invokeOrchestrator(call);
  }

  async invokeEntity(call: EntityCall): Promise<InvocationReply> {
    return (await this.#coming).invokeEntity(call);
  }

  async invokeActivity(call: ActivityCall): Promise<InvocationReply> {
    return (await this.#coming).invokeActivity(call);
  }
}
