import path from "node:path";
import { DETACHED_LOG_VARIABLE, inspectorUrlOf, type RunningHost } from "@same-kit/local";
import { hint, sameKit } from "@same-kit/shared";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { CommandContext } from "../command-context.ts";
import { usageError } from "../errors.ts";
import type { BootedHost } from "../ports.ts";
import { formatLogEntry, isShown } from "../ui/log-line.ts";
import { localUp } from "../usecases/local-up.ts";
import { callerOptions, toCallerSettings } from "./caller-options.ts";
import { defineCommand } from "./define-command.ts";
import { hostOptions, jsonOption, parsePort, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const localUpCommand = defineCommand({
  name: "local up",
  summary: "Start a local host and keep it running",
  description:
    "Serves any Functions app on http://localhost:PORT until Ctrl-C. Continues all unfinished work in its task hub.",
  positionals: [{ name: "APP", help: "A folder with host.json (default: same-kit's own app)", isOptional: true }],
  options: {
    ...hostOptions,
    port: { ...hostOptions.port, help: "Port of the host (default: 7071)" },
    ...stateDirOption,
    hostile: {
      type: "string",
      value: "SEED",
      help: "Find non-deterministic orchestrators: replay them at every event, reorder and duplicate messages",
    },
    detach: { type: "boolean", help: "Run in the background" },
    node: {
      type: "string",
      value: "VERSION",
      help: "Node of the app's worker: a version on PATH or of nvm, or a path (default: what .nvmrc, .node-version or package.json asks for)",
    },
    inspect: { type: "boolean", help: "Allow a debugger to attach to the app's worker" },
    ...callerOptions,
    verbose: { type: "boolean", help: "Show every line of the host's log" },
    ...jsonOption,
  },
  examples: ["same-kit local up --detach", "same-kit local up my-app --port 7072 --inspect"],
  async run({ options, positionals }, context) {
    const { cwd, env, console, signal } = context;
    const stateDir = resolveStateDir(options["state-dir"], cwd);
    const emulator = createEmulator({ allowUsers: options["allow-user"] });
    if (options.detach) {
      const args = withoutDetach(["local", "up", ...positionals], { ...options, "state-dir": stateDir });
      announceInBackground(await emulator.bootDetached({ stateDir, args, cwd, env, signal }), context);
      return 0;
    }
    const sayStopping = () =>
      console.note("Stopping; running functions get a moment to finish. Press Ctrl-C again to exit immediately.");
    signal.addEventListener("abort", sayStopping, { once: true });
    const appDir = positionals[0] === undefined ? null : path.resolve(cwd, positionals[0]);
    await localUp(
      {
        stateDir,
        appDir,
        port: parsePort(options.port),
        storage: options.storage ?? null,
        python: options.python ?? null,
        isOffline: options.offline,
        hubName: null,
        needsOwnHub: false,
        node: options.node ?? null,
        inspect: options.inspect,
        ...toCallerSettings(options),
        hostile: parseSeed(options.hostile),
        watch: appDir !== null,
        detachedLogFile: env[DETACHED_LOG_VARIABLE] ?? null,
      },
      {
        emulator,
        signal,
        onReady: (host) => announce(host, context),
        onLog: (entry) => isShown(entry, options.verbose) && console.note(formatLogEntry(entry, console.paint)),
      },
    );
    return 0;
  },
});

function parseSeed(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(
    `--hostile ${text} is not a valid seed.`,
    "Use a whole number; the same number reproduces the same behavior.",
  );
}

function announceInBackground(
  { url, port, hubName, logFile, process: { pid } }: RunningHost,
  { console }: CommandContext,
): void {
  console.json({ url, port, hubName, pid, logFile, inspectorUrl: inspectorUrlOf(url) });
  console.answer(
    hint`A host runs at ${url} in the background. ${sameKit("ui")} opens its inspector, ${sameKit("local logs", "--follow")} shows its log, ${sameKit("local down")} stops it.`,
  );
}

function announce(host: BootedHost, { console }: CommandContext): void {
  const { url, port, hubName, storage, nodeVersion, functionListText, inspectorUrl } = host;
  // There is no worker while the app does not load.
  const node = nodeVersion === undefined ? "" : `, Node ${nodeVersion}`;
  console.json({ url, port, hubName, storage, nodeVersion, inspectorUrl, pid: process.pid });
  console.answer(
    `${functionListText.trimEnd()}\n\nServing ${url} (task hub ${hubName}, storage ${storage}${node}). Ctrl-C stops it.\nInspector: ${inspectorUrl}`,
  );
}

// The emulator passes on the allowed users; the other options are for the starting command.
const NOT_PASSED_ON = ["detach", "json", "allow-user"];

/** The same call, for the background process. */
function withoutDetach(words: readonly string[], options: Record<string, unknown>): string[] {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    if (NOT_PASSED_ON.includes(name) || value === undefined || value === false) return [];
    if (Array.isArray(value)) return value.flatMap((it) => [`--${name}`, String(it)]);
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
  return [...words, ...flags];
}
