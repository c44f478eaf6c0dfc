import { createSystemClock, type Logger, reasonOf } from "@same-kit/shared";
import { describeEvent } from "../events/describe-event.ts";
import type { HostEvent } from "../events/host-event.ts";
import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { RetryContext } from "../worker/messages.ts";
import { type AppGeneration, startGeneration } from "./app-generation.ts";
import { AppRuntime } from "./app-runtime.ts";
import type { LocalSettings } from "./config/local-settings.ts";
import { HostError } from "./errors.ts";
import type { AppFunction } from "./functions/app-function.ts";
import { formatFunctionList, toHostedFunction } from "./functions/function-list.ts";
import { noteOf, reportFunctions } from "./functions/report-functions.ts";
import type { FunctionsHost, StopOptions } from "./functions-host.ts";
import { bodyLimitBytes, composeHostEnvironment } from "./host-environment.ts";
import { hostIdOf } from "./host-id.ts";
import type { FunctionsHostOptions, HostedFunction, HostState } from "./host-options.ts";
import { CorsPolicy } from "./http/cors.ts";
import { HttpFront } from "./http/front.ts";
import { loadCertificate, type ServerCertificate, trustIn } from "./http/https-certificate.ts";
import { type Listening, listenOnLoopback } from "./http/listen.ts";
import type { InvocationCall } from "./invocation-call.ts";
import { InvocationLog } from "./invocation-log.ts";
import { Invoker } from "./invoker.ts";
import { KeyStore } from "./keys/key-store.ts";
import { opensDebugger, workerArguments } from "./node/worker-arguments.ts";
import { invokeWithRetries, readRetryPolicy } from "./retry-policy.ts";
import { type AppWatch, watchApp } from "./watch-app.ts";

const DEFAULT_PORT = 7071;
const DEFAULT_STOP_DRAIN_MS = 10_000;
const DEFAULT_MAX_CRASHES = 3;
// A trigger without a worker waits for its restart as long as an HTTP request does.
const AVAILABILITY_TIMEOUT_MS = 30_000;
const MAX_DRAIN_MS = 2 ** 31 - 1;

/** One host: its port, its app, its keys and its log, from start to stop. */
export class RunningHost implements FunctionsHost {
  readonly failed: Promise<HostError>;
  readonly #options: FunctionsHostOptions;
  readonly #localSettings: LocalSettings;
  readonly #log: Logger;
  readonly #onEvent: (event: HostEvent) => void;
  readonly #runtime: AppRuntime;
  readonly #invoker: Invoker;
  readonly #invocationLog: InvocationLog;
  readonly #keys: KeyStore;
  readonly #failure = Promise.withResolvers<HostError>();
  #listening: Listening | undefined;
  #certificate: ServerCertificate | undefined;
  #watch: AppWatch | undefined;
  #env: Readonly<Record<string, string>> = {};
  /** As last loaded: while a worker restarts, the app's functions continue to exist. */
  #functions: readonly AppFunction[] = [];
  #hasLoaded = false;
  readonly #loaded = Promise.withResolvers<void>();
  #stopped: Promise<void> | undefined;
  readonly #clock = createSystemClock();
  readonly #stopping = new AbortController();

  constructor(options: FunctionsHostOptions, localSettings: LocalSettings) {
    this.#options = options;
    this.#localSettings = localSettings;
    this.#log = options.log.child("host");
    this.#onEvent = options.onEvent ?? (() => {});
    this.#keys = KeyStore.open(options.stateDir);
    this.#invocationLog = new InvocationLog(options.log, this.#onEvent);
    this.failed = this.#failure.promise;
    this.#runtime = this.#createRuntime();
    this.#invoker = new Invoker({
      runtime: this.#runtime,
      invocationLog: this.#invocationLog,
      extensions: options.extensions ?? [],
      appSettings: () => this.#env,
      ignoreOutputs: options.ignoreOutputs ?? false,
      tracer: options.tracer,
      bindingContext: (extension) => ({
        hostUrl: this.url,
        webhookUrl: `${this.url}/runtime/webhooks/${extension.name}`,
        webhookQuery: `code=${encodeURIComponent(this.systemKey(extension.name))}`,
        appSettings: this.#env,
      }),
    });
  }

  get port(): number {
    return this.#listening?.port ?? 0;
  }

  get url(): string {
    return `${this.#certificate === undefined ? "http" : "https"}://localhost:${this.port}`;
  }

  get trustFile(): string | undefined {
    return this.#certificate?.trustFile;
  }

  get state(): HostState {
    return this.#runtime.state;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  get hostId(): string {
    return hostIdOf(this.#options.appDir, this.#env);
  }

  get extensionSettings(): Readonly<Record<string, unknown>> {
    return this.#runtime.current?.hostJson.extensions ?? {};
  }

  get workerPid(): number | undefined {
    return this.#runtime.current?.worker.pid;
  }

  get nodeVersion(): string | undefined {
    return this.#runtime.current?.node.version;
  }

  get functions(): readonly HostedFunction[] {
    const { extensions = [] } = this.#options;
    return this.registeredFunctions().map((fn) => toHostedFunction(fn, this.url, noteOf(fn, extensions)));
  }

  get functionListText(): string {
    return formatFunctionList(this.functions);
  }

  /** The port is opened first, because the app's environment names it. Requests wait until the app is loaded. */
  async start(): Promise<void> {
    const { appDir, stateDir, https, log, signal, watch = false, allowUsers } = this.#options;
    signal?.throwIfAborted();
    this.#certificate = https && (await loadCertificate(https, stateDir));
    const front = this.#createFront();
    const port = this.#options.port ?? this.#localSettings.port ?? DEFAULT_PORT;
    this.#listening = await listenOnLoopback(port, front.handle, {
      allowUsers,
      log: this.#log.child("host.http"),
      tls: this.#certificate?.tls,
    });
    const { env, warnings } = composeHostEnvironment(this.#options, this.#localSettings, this.port);
    for (const warning of warnings) this.#log.warn(warning);
    this.#env = env;
    // The app calls itself, for example through its Durable client.
    if (this.trustFile !== undefined) this.#env = { ...this.#env, ...(await trustIn(this.#env, this.trustFile)) };
    signal?.addEventListener("abort", () => void this.stop(), { once: true });
    if (watch)
      this.#watch = watchApp(
        appDir,
        () => this.#runtime.current?.hostJson,
        (file) => this.#reloadAfter(file),
      );
    try {
      await this.#runtime.start();
      signal?.throwIfAborted();
    } catch (error) {
      if (!watch || signal?.aborted === true || isForGood(error)) {
        await this.stop();
        signal?.throwIfAborted();
        throw error;
      }
      // On separate lines, so that a stack stays readable.
      log.error(`The app did not start; waiting for a change of its files.\n${reasonOf(error)}`);
    }
  }

  systemKey(extension: string): string {
    return this.#keys.systemKey(extension);
  }

  registeredFunctions(): readonly AppFunction[] {
    return this.#functions;
  }

  untilLoaded(): Promise<void> | null {
    return this.#hasLoaded ? null : this.#loaded.promise;
  }

  async invoke(
    find: (functions: readonly AppFunction[]) => AppFunction | undefined,
    call: Omit<InvocationCall, "fn"> & { mayRetry?: boolean },
  ): Promise<WorkerInvocationResult | undefined> {
    const { mayRetry = false, ...rest } = call;
    const invokeOnce = async (retryContext?: RetryContext) => {
      const generation = await this.#runtime.waitForGeneration(AVAILABILITY_TIMEOUT_MS, this.#options.watch);
      if (generation === undefined)
        return { status: "unavailable", reason: `The host is in the state ${this.state}.` } as const;
      const fn = find(generation.functions);
      return fn === undefined
        ? undefined
        : this.#invoker.invoke(generation, { fn, ...rest, ...(retryContext && { retryContext }) });
    };
    if (!mayRetry) return invokeOnce();
    const policy = readRetryPolicy(find(this.#functions)?.metadata.retryOptions);
    return invokeWithRetries(invokeOnce, policy, { clock: this.#clock, signal: this.#stopping.signal });
  }

  reload(): Promise<void> {
    const drainMs = this.#options.drainTimeoutMs ?? this.#runtime.current?.hostJson.functionTimeoutMs ?? MAX_DRAIN_MS;
    return this.#runtime.reload(Math.min(drainMs, MAX_DRAIN_MS));
  }

  stop({ drainTimeoutMs, onAppEnded = () => {} }: StopOptions = {}): Promise<void> {
    this.#stopped ??= this.#stop(drainTimeoutMs ?? this.#options.drainTimeoutMs ?? DEFAULT_STOP_DRAIN_MS, onAppEnded);
    return this.#stopped;
  }

  async #stop(drainMs: number, onAppEnded: () => void): Promise<void> {
    this.#stopping.abort();
    const closed = this.#listening?.close(drainMs);
    await this.#watch?.stop();
    await this.#runtime.stop(drainMs, onAppEnded);
    await closed;
  }

  #createRuntime(): AppRuntime {
    const {
      appDir,
      extensions = [],
      node = null,
      now,
      maxWorkerCrashes = DEFAULT_MAX_CRASHES,
      spareWorker,
      onWorkerForked,
    } = this.#options;
    const startedTriggerTypes = new Set(extensions.flatMap((it) => it.triggerTypes).map((type) => type.toLowerCase()));
    return new AppRuntime({
      start: (signal) =>
        startGeneration({
          signal,
          appDir,
          env: this.#env,
          node,
          nodeArguments: this.#nodeArguments(),
          now,
          spareWorker,
          onWorkerForked,
          startedTriggerTypes,
          invocationLog: this.#invocationLog,
        }),
      log: this.#log.child("host.worker"),
      report: (event) => this.#report(event),
      clock: this.#clock,
      maxCrashes: maxWorkerCrashes,
      isSequential: () => opensDebugger(this.#nodeArguments()),
      onChange: (generation) => this.#reportApp(generation),
      // With a watch, the next file change may fix the app.
      onGaveUp: (error) => (this.#options.watch === true ? undefined : this.#failure.resolve(error)),
    });
  }

  #createFront(): HttpFront {
    const {
      appDir,
      extensions = [],
      allowedHosts = [],
      allowedOrigins = [],
      allowCredentials = this.#localSettings.corsCredentials,
      requireKeys = false,
    } = this.#options;
    const origins = [...this.#localSettings.cors, ...allowedOrigins];
    return new HttpFront({
      appDir,
      env: () => this.#env,
      runtime: this.#runtime,
      invoker: this.#invoker,
      extensions,
      keys: this.#keys,
      requireKeys,
      guard: {
        allowedHosts: new Set(allowedHosts.map((name) => name.toLowerCase())),
        cors: new CorsPolicy(origins, allowCredentials),
      },
      bodyLimitBytes: bodyLimitBytes(this.#options, this.#localSettings),
      reload: () => this.reload(),
      report: (event) => this.#report(event),
      tracer: this.#options.tracer,
      log: this.#log.child("host.http"),
    });
  }

  #nodeArguments(): string[] {
    return workerArguments(this.#env, this.#options.inspect);
  }

  #reportApp({ worker, node, hostJson, functions }: AppGeneration): void {
    this.#functions = functions;
    this.#hasLoaded = true;
    this.#loaded.resolve();
    this.#report({ kind: "worker-started", time: new Date(), pid: worker.pid ?? null });
    if (node.warning !== null) this.#log.warn(node.warning);
    for (const warning of hostJson.warnings) this.#log.warn(warning);
    const { extensions = [], ignoreOutputs = false } = this.#options;
    reportFunctions(functions, { extensions, ignoreOutputs, selected: hostJson.allowedFunctions, log: this.#log });
  }

  #report(event: HostEvent): void {
    this.#onEvent(event);
    const line = describeEvent(event);
    if (line !== null) this.#log.child(line.component, {}, line.source).log(line.level, line.message, line.fields);
  }

  #reloadAfter(file: string): void {
    this.#log.info("The app changed; reloading it.", { file });
    this.reload().catch((error: Error) =>
      this.#log.error(`The changed app did not load.\n${error.message}`, { state: this.state }),
    );
  }
}

/** A problem with an option is not fixed by a change of the app's files. */
function isForGood(error: unknown): boolean {
  return error instanceof HostError && error.code === "ERR_NODE_NOT_FOUND";
}
