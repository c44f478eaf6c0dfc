import { AsyncLocalStorage } from "node:async_hooks";
import type {
  ActivityCall,
  DurableFunction,
  DurableFunctionKind,
  EntityCall,
  FunctionInvoker,
  InvocationReply,
  OrchestratorCall,
  OrchestratorInvocationReply,
} from "../engine/ports.ts";
import type { ActivityMock, EntityMock, EntityMockCall, Mock, MockCall, MockedEntity } from "../testing-api.ts";
import { TestingError } from "./errors.ts";
import { answerEntityCall } from "./mock-entity.ts";

type Answer = (input: unknown, call: MockCall) => unknown;
type Mocked = { name: string; kind: DurableFunctionKind; answer: Answer; calls: MockCall[] };
type MockedEntityFunction = { name: string; mock: EntityMock; calls: EntityMockCall[] };
type Failure = { error: Error; times: number };

// The schema version of orchestrator replies in the Node SDK.
const REPLY_SCHEMA = 1;

/** Answers functions from the test, makes calls fail on demand, and tracks running calls. */
export class MockedInvoker implements FunctionInvoker {
  readonly #inner: FunctionInvoker;
  readonly #mocks = new Map<string, Mocked>();
  readonly #entities = new Map<string, MockedEntityFunction>();
  readonly #failures = new Map<string, Failure>();
  readonly #running = new Set<string>();
  readonly #insideMock = new AsyncLocalStorage<string>();
  /** The last reply of each instance's orchestrator. */
  readonly #lastReplies = new Map<string, unknown>();
  #calls = 0;

  constructor(inner: FunctionInvoker) {
    this.#inner = inner;
  }

  /** Descriptions of the running calls. */
  get running(): string[] {
    return [...this.#running].map((it) => it.slice(it.indexOf(" ") + 1));
  }

  /** The reply of the last call of an instance's orchestrator. */
  lastReply(instanceId: string): unknown {
    return this.#lastReplies.get(instanceId);
  }

  mock<Input>(kind: DurableFunctionKind, name: string, answer: ActivityMock<Input>): Mock<Input> {
    const key = keyOf(kind, name);
    const mocked: Mocked = { name, kind, answer: answer as Answer, calls: [] };
    this.#mocks.set(key, mocked);
    return {
      calls: mocked.calls as MockCall<Input>[],
      restore: () => {
        if (this.#mocks.get(key) === mocked) this.#mocks.delete(key);
      },
    };
  }

  mockEntity(name: string, mock: EntityMock): MockedEntity {
    const key = keyOf("entity", name);
    const mocked: MockedEntityFunction = { name, mock, calls: [] };
    this.#entities.set(key, mocked);
    return {
      calls: mocked.calls,
      restore: () => {
        if (this.#entities.get(key) === mocked) this.#entities.delete(key);
      },
    };
  }

  failActivity(name: string, error: Error, times: number): void {
    this.#failures.set(keyOf("activity", name), { error, times });
  }

  restoreAll(): void {
    this.#mocks.clear();
    this.#entities.clear();
    this.#failures.clear();
  }

  get isInsideMock(): boolean {
    return this.#insideMock.getStore() !== undefined;
  }

  /** @throws TestingError `ERR_TEST_INSIDE_MOCK` */
  throwInsideMock(): void {
    const name = this.#insideMock.getStore();
    if (name === undefined) return;
    throw new TestingError({
      code: "ERR_TEST_INSIDE_MOCK",
      message:
        `The mock of "${name}" waits for the clock or for an instance, which would wait for the mock. ` +
        "Do this in the test, after the call that triggers the mock.",
    });
  }

  durableFunctions(): readonly DurableFunction[] {
    const own = this.#inner.durableFunctions();
    const isOwn = ({ name, kind }: Pick<Mocked, "name" | "kind">) =>
      own.some((it) => keyOf(it.kind, it.name) === keyOf(kind, name));
    const entities = [...this.#entities.values()].map(({ name }) => ({ name, kind: "entity" as const }));
    const added = [...this.#mocks.values(), ...entities].filter((it) => !isOwn(it));
    return [...own, ...added.map(({ name, kind }) => ({ name, kind, isDisabled: false }))];
  }

  async invokeOrchestrator(call: OrchestratorCall): Promise<OrchestratorInvocationReply> {
    const mocked = this.#mocks.get(keyOf("orchestrator", call.name));
    const reply = await this.#whileRunning<OrchestratorInvocationReply>("orchestrator", call, async () => {
      if (mocked === undefined) return this.#inner.invokeOrchestrator(call);
      const answer = await this.#answer(mocked, call.payload.input, call.instanceId);
      return answer.kind === "returned" ? { ...answer, value: completed(answer.value) } : answer;
    });
    this.#lastReplies.set(call.instanceId, reply.kind === "returned" ? reply.value : undefined);
    return reply;
  }

  invokeActivity(call: ActivityCall): Promise<InvocationReply> {
    const key = keyOf("activity", call.name);
    return this.#whileRunning<InvocationReply>("activity", call, async () => {
      const failure = this.#takeFailure(key);
      if (failure !== null) return threw(failure);
      const mocked = this.#mocks.get(key);
      if (mocked === undefined) return this.#inner.invokeActivity(call);
      return this.#answer(mocked, call.input === null ? undefined : JSON.parse(call.input), call.instanceId);
    });
  }

  invokeEntity(call: EntityCall): Promise<InvocationReply> {
    const mocked = this.#entities.get(keyOf("entity", call.name));
    return this.#whileRunning<InvocationReply>("entity", call, async () => {
      if (mocked === undefined) return this.#inner.invokeEntity(call);
      const answer = () => answerEntityCall(mocked.mock, call, (it) => mocked.calls.push(it));
      return { kind: "returned", value: await this.#insideMock.run(mocked.name, answer) };
    });
  }

  async #answer({ name, answer, calls }: Mocked, input: unknown, instanceId: string): Promise<InvocationReply> {
    const call = { input, instanceId };
    calls.push(call);
    try {
      const value: unknown = await this.#insideMock.run(name, async () => answer(input, call));
      // A real call would serialize it as JSON as well.
      return { kind: "returned", value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)) };
    } catch (error) {
      return threw(error);
    }
  }

  #takeFailure(key: string): Error | null {
    const failure = this.#failures.get(key);
    if (failure === undefined) return null;
    failure.times -= 1;
    if (failure.times <= 0) this.#failures.delete(key);
    return failure.error;
  }

  async #whileRunning<Reply>(
    kind: DurableFunctionKind,
    { name, instanceId }: { name: string; instanceId: string },
    invoke: () => Promise<Reply>,
  ): Promise<Reply> {
    this.#calls += 1;
    const running = `${this.#calls} ${kind} "${name}" of instance "${instanceId}"`;
    this.#running.add(running);
    try {
      return await invoke();
    } finally {
      this.#running.delete(running);
    }
  }
}

/** The reply of an orchestrator that returns immediately. */
function completed(output: unknown): unknown {
  return { isDone: true, actions: [[]], output, customStatus: null, schemaVersion: REPLY_SCHEMA };
}

function threw(error: unknown): InvocationReply {
  if (error instanceof Error || (typeof error === "object" && error !== null && "message" in error)) {
    const { message, stack } = error as Error;
    return { kind: "threw", message: String(message), stack: stack ?? null };
  }
  return { kind: "threw", message: String(error), stack: null };
}

const keyOf = (kind: DurableFunctionKind, name: string): string => `${kind} ${name.toLowerCase()}`;
