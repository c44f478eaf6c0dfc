import { OperationError } from "@same-kit/shared";
import { execa } from "execa";

type FuncPublishOptions = {
  appName: string;
  subscriptionId: string;
  /** The endpoint of the cloud that the token is for; func would use the Azure CLI's. */
  resourceManager: string;
  /** The unpacked package; func zips it itself. */
  appDir: string;
  token: () => Promise<string>;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onProgress: (text: string) => void;
};

const LAST_LINES = 20;
// Azure Resource Graph, where func looks for the app, lags behind its creation.
const NOT_FOUND_LIMIT_MS = 120_000;
const RETRY_MS = 10_000;

/** Makes same-kit's own `func` refuse: it would publish by calling same-kit again. */
const WANTS_CORE_TOOLS = { SAME_KIT_WANTS_CORE_TOOLS: "1" };

/** The version of Azure Functions Core Tools; null if `func` is not installed. */
export async function funcVersion(env: NodeJS.ProcessEnv): Promise<string | null> {
  const result = await execa("func", ["--version"], {
    env: { ...env, ...WANTS_CORE_TOOLS },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 30_000,
  });
  return result.failed ? null : result.stdout.trim();
}

/**
 * `func azure functionapp publish`. It exits with 0 in several failures, so its exit code proves nothing: the caller checks the
 * host, the list of functions and a smoke test. The token is passed on standard input: other users can read arguments.
 *
 * @see Azure/azure-functions-core-tools, src/Cli/func/Actions/AzureActions/PublishFunctionAppAction.cs
 */
export async function publishWithFunc(
  options: FuncPublishOptions,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    const { failed, lines } = await runFunc(options);
    if (!failed) return;
    const text = lines.join("\n");
    if (!/Can't find app with name/.test(text) || waitedMs >= NOT_FOUND_LIMIT_MS) throw funcFailed(text, lines);
    options.onProgress("Azure does not list the new app yet; trying again");
    await sleep(RETRY_MS, options.signal);
  }
}

async function runFunc(options: FuncPublishOptions): Promise<{ failed: boolean; lines: string[] }> {
  const { appName, subscriptionId, resourceManager, appDir, token, env, signal, onProgress } = options;
  const args = ["azure", "functionapp", "publish", appName, "--subscription", subscriptionId];
  const place = ["--management-url", resourceManager];
  const child = execa("func", [...args, ...place, "--no-build", "--access-token-stdin"], {
    cwd: appDir,
    env: {
      ...env,
      ...WANTS_CORE_TOOLS,
      FUNCTIONS_WORKER_RUNTIME: "node",
      FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT: "1",
      CLI_DEBUG: "0",
    },
    extendEnv: false,
    reject: false,
    input: await token(),
    all: true,
    cancelSignal: signal,
  });
  const lines: string[] = [];
  for await (const line of child.iterable({ from: "all" })) {
    lines.push(line);
    onProgress(line);
  }
  const result = await child;
  signal.throwIfAborted();
  return { failed: result.failed, lines };
}

function funcFailed(text: string, lines: readonly string[]): OperationError {
  const notFound = /Can't find app with name/.test(text);
  return new OperationError({
    code: notFound ? "ERR_DEPLOY_APP_NOT_FOUND" : "ERR_DEPLOY_FUNC_FAILED",
    message: `func could not publish the app. It printed:\n${lines.slice(-LAST_LINES).join("\n")}`,
    hint: "Run the command again, or publish without func: --publisher direct.",
  });
}
