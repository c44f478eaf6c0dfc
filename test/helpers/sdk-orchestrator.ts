import { createRequire } from "node:module";
import type { ActivityHandler, OrchestrationHandler } from "durable-functions";
import type {
  ActivityCall,
  DurableFunction,
  FunctionInvoker,
  InvocationReply,
  OrchestratorCall,
} from "../../local/src/engine/ports.ts";
import { tagDurableError, tagDurableResult } from "../../local/src/worker/child/tag-durable-tasks.ts";

type SdkHandler = (payload: unknown, context: object) => Promise<unknown>;
type SdkTestingUtils = { createOrchestrator(handler: OrchestrationHandler): SdkHandler };

const require = createRequire(import.meta.url);
// What `df.app.orchestration` registers with the host; the package has no public way to it.
const { createOrchestrator }: SdkTestingUtils = require("durable-functions/lib/src/util/testingUtils.js");

export type SdkApp = {
  orchestrators: Record<string, OrchestrationHandler>;
  activities?: Record<string, ActivityHandler>;
  disabled?: readonly string[];
};

/** The real SDK in this process, behind the engine's port; all that crosses it is JSON, as between host and worker. */
export class SdkInvoker implements FunctionInvoker {
  readonly orchestratorCalls: OrchestratorCall[] = [];
  readonly activityCalls: ActivityCall[] = [];
  readonly #app: SdkApp;

  constructor(app: SdkApp) {
    this.#app = app;
  }

  durableFunctions(): DurableFunction[] {
    const { orchestrators, activities = {}, disabled = [] } = this.#app;
    const toFunction = (kind: DurableFunction["kind"]) => (name: string) => ({
      name,
      kind,
      isDisabled: disabled.includes(name),
    });
    return [
      ...Object.keys(orchestrators).map(toFunction("orchestrator")),
      ...Object.keys(activities).map(toFunction("activity")),
    ];
  }

  async invokeOrchestrator(call: OrchestratorCall): Promise<InvocationReply> {
    this.orchestratorCalls.push(structuredClone(call));
    const handler = lookUp(this.#app.orchestrators, call.name);
    const context = {};
    return reply(async () => {
      try {
        const result = await createOrchestrator(handler)(overTheWire(call.payload), context);
        tagDurableResult(result);
        return result;
      } catch (error) {
        tagDurableError(error, context);
        throw error;
      }
    });
  }

  async invokeActivity(call: ActivityCall): Promise<InvocationReply> {
    this.activityCalls.push(call);
    const handler = lookUp(this.#app.activities ?? {}, call.name);
    const input = call.input === null ? undefined : JSON.parse(call.input);
    return reply(async () => handler(input, {} as never));
  }
}

async function reply(call: () => Promise<unknown>): Promise<InvocationReply> {
  try {
    return { kind: "returned", value: overTheWire(await call()) };
  } catch (error) {
    const { message, stack } = error as Error;
    return { kind: "threw", message, stack: stack ?? null };
  }
}

function overTheWire(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function lookUp<Handler>(handlers: Record<string, Handler>, name: string): Handler {
  const found = Object.entries(handlers).find(([it]) => it.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new Error(`The test app has no "${name}".`);
  return found[1];
}
