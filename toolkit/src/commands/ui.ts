import { type InspectedPlace, inspectElsewhere, parseStorageChoice } from "@same-kit/local";
import { createLogger, parseAllowedUsers } from "@same-kit/shared";
import { parseAppAddress } from "../adapters/app/app-address.ts";
import { openInBrowser } from "../adapters/browser.ts";
import { createEmulator } from "../adapters/local/emulator.ts";
import { inspectedRuns } from "../adapters/records/inspected-runs.ts";
import { RunRecords } from "../adapters/records/run-records.ts";
import type { CommandContext } from "../command-context.ts";
import { usageError } from "../errors.ts";
import { formatLogEntry, isShown } from "../ui/log-line.ts";
import { type FoundPage, findLocalPage } from "../usecases/inspect.ts";
import { defineCommand, type OptionValues } from "./define-command.ts";
import { findDeployedApp } from "./deployed-app.ts";
import { hostOptions, jsonOption, parsePort, resolveStateDir, stateDirOption } from "./shared-options.ts";

const OPTIONS = {
  "host-name": {
    type: "string",
    value: "HOST",
    help: "Inspect the app at HOST or HOST:PORT through its management API",
  },
  "use-http": { type: "boolean", help: "http instead of https", variable: "FUNCTIONS_USE_HTTP" },
  "management-key": {
    type: "string",
    value: "KEY",
    help: "System key durabletask_extension of that app; it stays in this process",
    variable: "SAME_KIT_MANAGEMENT_KEY",
  },
  env: { type: "string", value: "NAME", help: "Inspect the app of this deployment; its key is read from Azure" },
  storage: { type: "string", value: "WHERE", help: "Inspect a task hub in this storage: disk, or a connection string" },
  hub: { type: "string", value: "NAME", help: "The task hub (default: that of the host, or of the latest run)" },
  port: { type: "string", value: "PORT", help: "Port of the page if no host serves it (default: any free port)" },
  open: { type: "boolean", isOn: true, help: "Only print the link" },
  "allow-user": hostOptions["allow-user"],
  ...stateDirOption,
  ...jsonOption,
} as const;

type Options = OptionValues<typeof OPTIONS>;

export const uiCommand = defineCommand({
  name: "ui",
  summary: "Open the inspector: functions, runs, instances and their histories in the browser",
  description:
    "Opens the page of the local host. With --host-name or --env it inspects a deployed app, with --storage and --hub any task hub; without a host, it shows the runs and the hub of the state folder. If no host serves the page, this command serves it until Ctrl-C.",
  positionals: [],
  options: OPTIONS,
  examples: ["same-kit ui", "same-kit ui --env prod", 'same-kit ui --storage "$AzureWebJobsStorage" --hub MyHub'],
  async run({ options }, context) {
    const stateDir = resolveStateDir(options["state-dir"], context.cwd);
    const page = await findPage(options, stateDir, context);
    if ("place" in page) return serve(page.place, options, { stateDir, context });
    await show(page.url, options, context);
    return 0;
  },
});

async function findPage(options: Options, stateDir: string, context: CommandContext): Promise<FoundPage> {
  const { "host-name": host, "use-http": useHttp, "management-key": managementKey = null, env, storage, hub } = options;
  if ([host, env, storage].filter((it) => it !== undefined).length > 1) {
    throw usageError("--host-name, --env and --storage each name something else to inspect.", "Give one of them.");
  }
  if (host !== undefined) {
    const { url } = parseAppAddress(host, { useHttp, accessKey: null });
    return { place: { kind: "app", url, managementKey, fetch } };
  }
  if (env !== undefined) {
    const address = await findDeployedApp(env, { stateDir, managementKey }, context);
    return { place: { kind: "app", ...address, fetch } };
  }
  if (storage !== undefined) {
    if (hub === undefined) throw usageError("--storage needs the name of a task hub.", "Name it with --hub.");
    return { place: { kind: "storage", storage: parseStorageChoice(storage), hubName: hub } };
  }
  const records = new RunRecords(stateDir);
  return findLocalPage(stateDir, hub ?? null, {
    emulator: createEmulator(),
    listRuns: async () => (await records.list()).map(({ record }) => record),
  });
}

async function serve(
  place: InspectedPlace,
  options: Options,
  { stateDir, context }: { stateDir: string; context: CommandContext },
): Promise<number> {
  const { console, signal } = context;
  const log = createLogger(
    (entry) => isShown(entry, false) && console.note(formatLogEntry(entry, console.paint)),
    "ui",
  );
  const server = await inspectElsewhere({
    place,
    stateDir,
    port: parsePort(options.port) ?? 0,
    ...(place.kind === "storage" && place.storage.kind === "disk" ? { runs: inspectedRuns(stateDir) } : {}),
    allowUsers: await parseAllowedUsers(options["allow-user"] ?? []),
    log,
    signal,
  });
  try {
    await show(server.url, options, context);
    console.note("Ctrl-C ends it.");
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return 0;
  } finally {
    await server.stop();
  }
}

async function show(url: string, { open }: Options, { console }: CommandContext): Promise<void> {
  console.json({ url });
  console.answer(url);
  if (open && console.isInteractive) await openInBrowser(url);
}
