// The worker's process: one app, loaded once. The host communicates with it only over Node's IPC channel; when that
// closes, the host is gone, and this process exits.

import type { HostToWorker, WorkerToHost } from "../messages.ts";
import { AppSetupError } from "./app-setup-error.ts";
import { replaceEnvironment } from "./apply-environment.ts";
import { bindToLoopback } from "./bind-to-loopback.ts";
import { CORE_KEY } from "./core-key.ts";
import { FunctionRegistry } from "./function-registry.ts";
import { createFunctionsCore } from "./functions-core-api.ts";
import { Hooks } from "./hooks.ts";
import { invoke, type SendLog, toException } from "./invoke.ts";
import { KeptHistories } from "./kept-histories.ts";
import { type ImportModule, loadApp } from "./load-app.ts";
import { helpOldDurableFunctions } from "./old-durable-functions.ts";
import { refuseOlderModel } from "./other-apps.ts";

// The capabilities of Azure's Node worker; the app's own are added to these.
const CAPABILITIES = [
  "RawHttpBodyBytes",
  "RpcHttpTriggerMetadataRemoved",
  "RpcHttpBodyOnly",
  "IgnoreEmptyValuedRpcHttpHeaders",
  "UseNullableValueDictionaryForHttp",
  "WorkerStatus",
  "TypedDataCollection",
  "HandlesWorkerTerminateMessage",
];

const registry = new FunctionRegistry();
const hooks = new Hooks();
const histories = new KeptHistories();
const sendToHost = process.send?.bind(process);

function send(message: WorkerToHost, onSent: () => void = () => {}): void {
  // A closed channel ends the process through "disconnect"; a line sent at that moment is lost either way.
  sendToHost?.(message, undefined, {}, onSent);
}

const sendLog: SendLog = (line) => send({ kind: "rpcLog", ...line });

function systemLog(level: "warning" | "error", message: string): void {
  sendLog({ category: "system", level, message });
}

async function initialize(
  request: Extract<HostToWorker, { kind: "workerInitRequest" }>,
  importModule: ImportModule,
): Promise<void> {
  const { functionAppDirectory, hostVersion } = request;
  const core = createFunctionsCore({
    hostVersion,
    registry,
    hooks,
    log: (level, category, message) => sendLog({ category, level, message }),
  });
  (globalThis as { [CORE_KEY]?: unknown })[CORE_KEY] = core;
  helpOldDurableFunctions(functionAppDirectory, (text) => systemLog("warning", text));
  await loadApp(functionAppDirectory, registry, { warn: (text) => systemLog("warning", text), importModule });
  await hooks.run("appStart", { hookData: hooks.appHookData, appHookData: hooks.appHookData, functionAppDirectory });
  registry.lock();
  send({
    kind: "workerInitResponse",
    capabilities: await readCapabilities(),
    functions: registry.all(),
    nodeVersion: process.versions.node,
    programmingModel: requireModel(functionAppDirectory),
  });
}

function reportFailedStart(error: Error): void {
  if (isUnplacedSyntaxError(error.cause)) {
    // Only Node.js knows the position, and prints it for an uncaught error; the host shows our last output.
    process.removeAllListeners("uncaughtException");
    setImmediate(() => {
      throw error.cause;
    });
    return;
  }
  send({ kind: "workerInitFailure", exception: toException(error) }, () => process.exit(1));
}

/** For an ES module: unlike for CommonJS, the stack does not start with file and line. */
function isUnplacedSyntaxError(cause: unknown): boolean {
  return cause instanceof SyntaxError && (cause.stack ?? "").startsWith("SyntaxError");
}

async function readCapabilities(): Promise<Record<string, string>> {
  const defaults = Object.fromEntries(CAPABILITIES.map((name) => [name, "true"]));
  return bindToLoopback(() => registry.model?.getCapabilities?.(defaults) ?? defaults, {
    warn: (_, { user } = {}) =>
      systemLog("warning", `A connection of user ${user} to the port between host and worker was refused.`),
    debug: () => {},
  });
}

/**
 * If the library does not find its core, it silently switches to a test mode. An app without a model is in that mode,
 * or empty.
 */
function requireModel(appDirectory: string): string {
  if (registry.model !== undefined) return `${registry.model.name} ${registry.model.version}`;
  refuseOlderModel(appDirectory);
  throw new AppSetupError(`The app in ${appDirectory} loaded, but registered no function through @azure/functions 4.`);
}

async function terminate(): Promise<void> {
  try {
    await hooks.run("appTerminate", {
      hookData: hooks.appHookData,
      appHookData: hooks.appHookData,
      functionAppDirectory: process.cwd(),
    });
  } catch (error) {
    systemLog("error", `An appTerminate hook failed: ${toException(error).message}`);
  }
  send({ kind: "workerTerminated" }, () => process.exit(0));
}

function receive(message: HostToWorker, importModule: ImportModule): void {
  switch (message.kind) {
    case "functionEnvironmentReloadRequest":
      replaceEnvironment(message.environmentVariables, message.functionAppDirectory);
      return;
    case "workerInitRequest":
      initialize(message, importModule).catch(reportFailedStart);
      return;
    case "invocationRequest":
      void invoke(message, { registry, hooks, histories, sendLog }).then((response) => send(response));
      return;
    case "workerTerminate":
      void terminate();
      return;
  }
}

/** Serves the host until it ends the process. */
export function serve(importModule: ImportModule): void {
  process.on("message", (message: HostToWorker) => receive(message, importModule));
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole foreground process group; the host decides when its worker ends.
  process.on("SIGINT", () => {});
  process.on("uncaughtException", (error) => {
    const { message, stackTrace } = toException(error);
    send(
      { kind: "rpcLog", category: "system", level: "error", message: `Uncaught exception: ${stackTrace ?? message}` },
      () => process.exit(1),
    );
  });
  // The app must not see a channel that is not its own.
  process.send = undefined;
  send({ kind: "startStream" });
}
