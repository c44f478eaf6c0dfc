import path from "node:path";
import { readLocalFile, reasonOf } from "@same-kit/shared";
import { AppLoadError, LanguageWorker } from "../worker/language-worker.ts";
import type { SpareWorker } from "../worker/spare-worker.ts";
import { type HostJson, loadHostJson } from "./config/host-json.ts";
import { HostError } from "./errors.ts";
import type { AppFunction } from "./functions/app-function.ts";
import { indexFunctions } from "./functions/index-functions.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { chooseNode, type NodeChoice } from "./node/choose-node.ts";
import { RouteTable } from "./routing/route-table.ts";

/** The latest version of Azure's host whose behavior this one follows. */
export const HOST_VERSION = "4.1052.200";

/** The app as loaded by one worker process. A reload creates a new one; calls stay with the one they started on. */
export type AppGeneration = {
  worker: LanguageWorker;
  /** The Node.js that the worker runs on. */
  node: NodeChoice;
  hostJson: HostJson;
  functions: readonly AppFunction[];
  routes: RouteTable;
  /** Port of the library's own HTTP server, if the app enabled streaming. */
  streamPort: number | undefined;
};

type GenerationInput = {
  appDir: string;
  env: Readonly<Record<string, string>>;
  /** As in {@link NodeRequirement}. */
  node: string | null;
  /** Arguments for the worker's Node.js. */
  nodeArguments: readonly string[];
  now: (() => Date) | undefined;
  spareWorker: SpareWorker | undefined;
  onWorkerForked: (() => void) | undefined;
  startedTriggerTypes: ReadonlySet<string>;
  invocationLog: InvocationLog;
  signal: AbortSignal;
};

/** @throws HostError if host.json or the app itself does not load. */
export async function startGeneration(input: GenerationInput): Promise<AppGeneration> {
  const { appDir, env, node: wantedNode, nodeArguments, now, startedTriggerTypes, invocationLog, signal } = input;
  const { onWorkerForked = () => {} } = input;
  const hostJson = await loadHostJson(appDir, env);
  await checkPackageJson(path.join(appDir, "package.json"));
  const node = await chooseNode({ appDir, node: wantedNode, env });
  const worker = new LanguageWorker({
    appDirectory: appDir,
    nodeFile: node.file,
    env: { ...env },
    spare: input.spareWorker,
    hostVersion: HOST_VERSION,
    nodeArguments,
    now,
    onLog: (line) => invocationLog.writeWorkerLine(line),
    onConsole: (stream, line) => invocationLog.writeConsoleLine(stream, line),
  });
  onWorkerForked();
  const onAbort = () => void worker.kill();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { functions: registered, capabilities } = await worker.ready;
    const functions = indexFunctions({ functions: registered, hostJson, env, startedTriggerTypes });
    invocationLog.logLevels = hostJson.logLevels;
    return {
      worker,
      node,
      hostJson,
      functions,
      routes: new RouteTable(functions),
      streamPort: toPort(capabilities["HttpUri"]),
    };
  } catch (cause) {
    await worker.kill();
    throw await toStartError(appDir, worker, cause);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Node refuses to start if this file is not valid JSON, with a message that does not mention the app. */
async function checkPackageJson(file: string): Promise<void> {
  const text = await readLocalFile(file).then(String, () => "{}"); // The worker reports a missing file.
  try {
    JSON.parse(text);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new HostError({ code: "ERR_APP_START", message: `${file} cannot be read: ${reason}.`, cause });
  }
}

function toPort(httpUri: string | undefined): number | undefined {
  return httpUri === undefined ? undefined : Number(new URL(httpUri).port);
}

async function toStartError(appDir: string, worker: LanguageWorker, cause: unknown): Promise<HostError> {
  const { message } = cause instanceof Error ? cause : { message: String(cause) };
  if (cause instanceof AppLoadError) {
    const { stack = message } = cause;
    return new HostError({
      code: "ERR_APP_START",
      message: stack.includes(message) ? stack : `${message}\n${stack}`,
      cause,
    });
  }
  const { lastOutput } = await worker.exited;
  const printed = lastOutput.length === 0 ? "" : ` It printed:\n${lastOutput.join("\n")}`;
  return new HostError({
    code: "ERR_APP_START",
    message: `The app in ${appDir} did not start: ${message}${printed}`,
    cause,
  });
}
