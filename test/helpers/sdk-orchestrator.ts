import { createRequire } from "node:module";
import type { ActivityHandler, EntityHandler, OrchestrationHandler } from "durable-functions";
import type {
  ActivityCall,
  DurableFunction,
  EntityCall,
  FunctionInvoker,
  InvocationReply,
  OrchestratorCall,
} from "../../local/src/engine/ports.ts";
import { KeptHistories } from "../../local/src/worker/child/kept-histories.ts";
import { tagDurableError, tagDurableResult } from "../../local/src/worker/child/tag-durable-tasks.ts";
import { triggerJson } from "../../local/src/worker/orchestrator-trigger.ts";
import { SentHistories } from "../../local/src/worker/sent-histories.ts";

type SdkHandler = (payload: unknown, context: object) => Promise<unknown>;
type SdkTestingUtils = { createOrchestrator(handler: OrchestrationHandler): SdkHandler };
// biome-ignore lint/suspicious/noExplicitAny: the type of any entity's state.
type AnyEntity = EntityHandler<any>;
type SdkEntity = new (handler: AnyEntity) => { listen(): (trigger: unknown, context: object) => Promise<unknown> };

const require = createRequire(import.meta.url);
// What `df.app.orchestration` registers with the host; the package has no public API for it.
const { createOrchestrator }: SdkTestingUtils = require("durable-functions/lib/src/util/testingUtils.js");
const { Entity }: { Entity: SdkEntity } = require("durable-functions/lib/src/entities/Entity.js");

export type SdkApp = {
  orchestrators: Record<string, OrchestrationHandler>;
  activities?: Record<string, ActivityHandler>;
  entities?: Record<string, AnyEntity>;
  disabled?: readonly string[];
};

/**
 * The real SDK in this process, behind the engine's port. Everything that crosses it is JSON, and only the new part of a history, as
 * between host and worker.
 */
export class SdkInvoker implements FunctionInvoker {
  readonly orchestratorCalls: OrchestratorCall[] = [];
  readonly activityCalls: ActivityCall[] = [];
  readonly #app: SdkApp;
  readonly #isRecording: boolean;
  readonly #sent = new SentHistories();
  readonly #kept = new KeptHistories();

  /** @param options - `isRecording`: records the calls and their arguments. */
  constructor(app: SdkApp, { isRecording = true } = {}) {
    this.#app = app;
    this.#isRecording = isRecording;
  }

  durableFunctions(): DurableFunction[] {
    const { orchestrators, activities = {}, entities = {}, disabled = [] } = this.#app;
    const toFunction = (kind: DurableFunction["kind"]) => (name: string) => ({
      name,
      kind,
      isDisabled: disabled.includes(name),
    });
    return [
      ...Object.keys(orchestrators).map(toFunction("orchestrator")),
      ...Object.keys(activities).map(toFunction("activity")),
      ...Object.keys(entities).map(toFunction("entity")),
    ];
  }

  async invokeOrchestrator(call: OrchestratorCall): Promise<InvocationReply> {
    if (this.#isRecording) this.orchestratorCalls.push(structuredClone(call));
    const trigger = this.#overTheWire(call);
    const handler = lookUp(this.#app.orchestrators, call.name);
    const context = {};
    return reply(async () => {
      try {
        const result = await createOrchestrator(handler)(trigger, context);
        tagDurableResult(result);
        return result;
      } catch (error) {
        tagDurableError(error, context);
        throw error;
      }
    });
  }

  async invokeActivity(call: ActivityCall): Promise<InvocationReply> {
    if (this.#isRecording) this.activityCalls.push(call);
    const handler = lookUp(this.#app.activities ?? {}, call.name);
    const input = call.input === null ? undefined : JSON.parse(call.input);
    return reply(async () => handler(input, {} as never));
  }

  async invokeEntity(call: EntityCall): Promise<InvocationReply> {
    const handler = lookUp(this.#app.entities ?? {}, call.name);
    return reply(async () => new Entity(handler).listen()(overTheWire(call.trigger), {}));
  }

  #overTheWire({ instanceId, payload: { history, ...rest } }: OrchestratorCall): unknown {
    const reference = this.#sent.next({ instanceId, history, rest });
    const trigger: unknown = JSON.parse(triggerJson({ instanceId, history: history.slice(reference.keep), rest }));
    if (this.#kept.complete(reference, trigger)) return trigger;
    throw new Error(`The history of "${instanceId}" is not kept.`);
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
