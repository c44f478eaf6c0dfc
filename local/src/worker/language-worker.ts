import type { ChildProcess } from "node:child_process";
import readline from "node:readline";
import type {
  HostToWorker,
  InvocationRequest,
  InvocationResponse,
  RpcLog,
  TypedData,
  WorkerInitResponse,
  WorkerToHost,
} from "./messages.ts";
import { isOrchestratorTrigger, type OrchestratorTrigger, triggerJson } from "./orchestrator-trigger.ts";
import { SentHistories } from "./sent-histories.ts";
import type { SpareWorker } from "./spare-worker.ts";
import { type ProcessSpec, startProcess } from "./start-process.ts";

/** The process that loads an app, and where its output goes. */
export type WorkerSpec = ProcessSpec & {
  /** Is used if it can be this worker. */
  spare?: SpareWorker | undefined;
  hostVersion: string;
  /** The time that the app's code sees when a call begins. Default: the machine's. */
  now?: (() => Date) | undefined;
  onLog(line: RpcLog): void;
  /** Called for each line that the app's process prints. */
  onConsole(stream: "stdout" | "stderr", line: string): void;
};

/** How one invocation ended; `unavailable`: the process exited before reporting it. */
export type WorkerInvocationResult =
  | Exclude<InvocationResponse["result"], { status: "historyMissing" }>
  | { status: "unavailable"; reason: string };

/**
 * One call. An orchestrator's trigger is encoded here, depending on how much of its history the process already has.
 */
export type WorkerCall = Omit<InvocationRequest, "kind" | "inputData" | "history"> & {
  inputData: readonly { name: string; data?: TypedData | OrchestratorTrigger }[];
};

export type WorkerExit = {
  /** Whether we ended it; otherwise it crashed. */
  isWanted: boolean;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines of its output, for the error message. */
  lastOutput: readonly string[];
};

/** The app failed to load because of an error in its own code, with the stack of its own file. */
export class AppLoadError extends Error {
  constructor(message: string, stack: string | null) {
    super(message);
    this.name = "AppLoadError";
    // Our stack would say nothing about the app.
    this.stack = stack ?? message;
  }
}

// Azure gives the process 60 s to start and the Node worker 2 minutes to load the app.
const INIT_TIMEOUT_MS = 120_000;
const KEPT_OUTPUT_LINES = 20;
// The last lines may arrive after the exit; a grandchild that holds the pipe open must not keep us waiting.
const OUTPUT_GRACE_MS = 200;

/** One process that has loaded the app; never restarted, only replaced. */
export class LanguageWorker {
  /** Resolves once the app is loaded; rejects with {@link AppLoadError}, or if the process ends first. */
  readonly ready: Promise<WorkerInitResponse>;
  /** Resolves as soon as the process has ended, before its calls are settled; never rejects. */
  readonly gone: Promise<void>;
  /** Resolves once no code of the app runs any more: its appTerminate hooks have run, or the process has ended. Never rejects. */
  readonly terminated: Promise<void>;
  /** Resolves when the process has ended and its output has arrived; never rejects. */
  readonly exited: Promise<WorkerExit>;
  readonly pid: number | undefined;
  readonly #child: ChildProcess;
  readonly #spec: WorkerSpec;
  readonly #pending = new Map<string, Pending>();
  readonly #histories = new SentHistories();
  readonly #idle = new Set<() => void>();
  readonly #output: string[] = [];
  readonly #init = Promise.withResolvers<WorkerInitResponse>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #terminated = Promise.withResolvers<void>();
  #isStopWanted = false;
  #isGone = false;
  #isClosed = false;

  constructor(spec: WorkerSpec) {
    this.#spec = spec;
    this.#child = spec.spare?.take(spec) ?? startProcess(spec);
    this.pid = this.#child.pid;
    this.gone = this.#gone.promise;
    this.terminated = Promise.race([this.#terminated.promise, this.gone]);
    this.exited = this.#watchExit();
    this.ready = this.#init.promise;
    // The caller may await `exited` first; an unhandled rejection would end the host.
    this.ready.catch(() => {});
    this.#child.on("message", (message) => this.#receive(message as WorkerToHost));
    this.#forwardOutput("stdout");
    this.#forwardOutput("stderr");
    // The user decides in the debugger when the app continues.
    if (!waitsForDebugger(spec.nodeArguments ?? [])) this.#failInitAfter(INIT_TIMEOUT_MS);
    this.#send({ kind: "workerInitRequest", functionAppDirectory: spec.appDirectory, hostVersion: spec.hostVersion });
  }

  /** Never rejects. */
  invoke(call: WorkerCall): Promise<WorkerInvocationResult> {
    if (this.#isGone) return Promise.resolve({ status: "unavailable", reason: "The worker process has ended." });
    return new Promise((resolve) => {
      this.#pending.set(call.invocationId, { call, resolve });
      this.#send(this.#toRequest(call));
    });
  }

  /** Resolves when no invocation is running any more, or after `timeoutMs`. */
  async waitForIdle(timeoutMs: number): Promise<void> {
    if (this.#pending.size === 0 || this.#isGone) return;
    const idle = Promise.withResolvers<void>();
    this.#idle.add(idle.resolve);
    const timer = setTimeout(idle.resolve, timeoutMs);
    await idle.promise;
    clearTimeout(timer);
    this.#idle.delete(idle.resolve);
  }

  /** Lets the appTerminate hooks run, then ends the process, by force after `graceMs`. Safe to call twice. */
  async terminate(graceMs: number): Promise<void> {
    if (this.#isGone) return;
    this.#isStopWanted = true;
    this.#send({ kind: "workerTerminate" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends the process immediately; running calls end as `unavailable`. */
  async kill(): Promise<void> {
    this.#isStopWanted = true;
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  #send(message: HostToWorker): void {
    // A failed send means that the process is ending; its exit settles everything that waits.
    this.#child.send(message, () => {});
  }

  #receive(message: WorkerToHost): void {
    switch (message.kind) {
      case "startStream":
        return;
      case "workerInitResponse":
        this.#init.resolve(message);
        return;
      case "workerInitFailure":
        this.#isStopWanted = true;
        this.#init.reject(new AppLoadError(message.exception.message, message.exception.stackTrace));
        return;
      case "invocationResponse":
        if (message.result.status === "historyMissing") this.#sendWhole(message.invocationId);
        else this.#settle(message.invocationId, message.result);
        return;
      case "rpcLog":
        this.#spec.onLog(message);
        return;
      case "workerTerminated":
        this.#terminated.resolve();
        return;
    }
  }

  #sendWhole(invocationId: string): void {
    const pending = this.#pending.get(invocationId);
    if (pending === undefined) return;
    for (const { data } of pending.call.inputData) {
      if (isOrchestratorTrigger(data)) this.#histories.forget(data.instanceId);
    }
    this.#send(this.#toRequest(pending.call));
  }

  #toRequest(call: WorkerCall): InvocationRequest {
    const { now } = this.#spec;
    const request = toRequest(call, this.#histories);
    return now === undefined ? request : { ...request, nowMs: now().getTime() };
  }

  #settle(invocationId: string, result: WorkerInvocationResult): void {
    const pending = this.#pending.get(invocationId);
    this.#pending.delete(invocationId);
    pending?.resolve(result);
    if (this.#pending.size === 0) for (const resolveIdle of this.#idle) resolveIdle();
  }

  async #watchExit(): Promise<WorkerExit> {
    const exit = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
    this.#child.on("error", (cause) => {
      this.#init.reject(new Error(`The worker process could not be started: ${cause.message}`, { cause }));
      // If the process could not be spawned, there is no "exit" event.
      if (this.#child.pid === undefined) exit.resolve({ code: null, signal: null });
    });
    this.#child.on("close", () => {
      this.#isClosed = true;
    });
    this.#child.on("exit", (code, signal) => exit.resolve({ code, signal }));
    const { code, signal } = await exit.promise;
    this.#isGone = true;
    this.#gone.resolve();
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    this.#init.reject(new Error(`The worker process ended ${how} while it loaded the app.`));
    for (const invocationId of [...this.#pending.keys()]) {
      this.#settle(invocationId, { status: "unavailable", reason: `The worker process ended ${how}.` });
    }
    await this.#waitForLastOutput();
    return { isWanted: this.#isStopWanted, code, signal, lastOutput: this.#output };
  }

  async #waitForLastOutput(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    if (this.#isClosed) return;
    this.#child.once("close", () => closed.resolve());
    const timer = setTimeout(closed.resolve, OUTPUT_GRACE_MS);
    await closed.promise;
    clearTimeout(timer);
  }

  #forwardOutput(stream: "stdout" | "stderr"): void {
    const input = this.#child[stream];
    if (input === null) return;
    readline.createInterface({ input }).on("line", (line) => {
      this.#output.push(line);
      if (this.#output.length > KEPT_OUTPUT_LINES) this.#output.shift();
      this.#spec.onConsole(stream, line);
    });
  }

  #failInitAfter(timeoutMs: number): void {
    const timer = setTimeout(() => {
      this.#init.reject(new Error(`The app did not load within ${timeoutMs / 1000} s.`));
      void this.kill();
    }, timeoutMs);
    this.ready.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }
}

const waitsForDebugger = (nodeArguments: readonly string[]): boolean =>
  nodeArguments.some((it) => /^--inspect-(brk|wait)(=|$)/.test(it));

type Pending = { call: WorkerCall; resolve: (result: WorkerInvocationResult) => void };

function toRequest(call: WorkerCall, histories: SentHistories): InvocationRequest {
  const request: InvocationRequest = { kind: "invocationRequest", ...call, inputData: [] };
  const inputData = call.inputData.map(({ name, data }) => {
    if (data === undefined) return { name };
    if (!isOrchestratorTrigger(data)) return { name, data };
    request.history = histories.next(data);
    const json = triggerJson({ ...data, history: data.history.slice(request.history.keep) });
    return { name, data: { json } };
  });
  return { ...request, inputData };
}
