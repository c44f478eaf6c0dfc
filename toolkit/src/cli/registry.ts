// Written by `npx vitest -u --project unit test/toolkit/cli/registry.test.ts` from the files in commands/: a command is loaded
// only when it is called. Help lists them in this order; a new command comes last, and may be moved by hand.

import type { CommandEntry } from "./command-entry.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "local run",
    summary: "Run a notebook on this machine, on the real app",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-run.ts")).localRunCommand,
  },
  {
    name: "local resume",
    summary: "Continue a run: an unfinished one, or a failed one once the notebook is edited",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-resume.ts")).localResumeCommand,
  },
  {
    name: "local discard",
    summary: "Discard an unfinished run",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-discard.ts")).localDiscardCommand,
  },
  {
    name: "local up",
    summary: "Start a local host and keep it running",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-up.ts")).localUpCommand,
  },
  {
    name: "local down",
    summary: "Stop local hosts",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-down.ts")).localDownCommand,
  },
  {
    name: "local status",
    summary: "Show local hosts and runs",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-status.ts")).localStatusCommand,
  },
  {
    name: "local logs",
    summary: "Show the log of a background host",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-logs.ts")).localLogsCommand,
  },
  {
    name: "local clean",
    summary: "Remove records, logs and data that are no longer needed",
    place: ["state-dir"],
    load: async () => (await import("../commands/local-clean.ts")).localCleanCommand,
  },
  {
    name: "init",
    summary: "Write a same.yaml for a notebook",
    place: [],
    load: async () => (await import("../commands/init.ts")).initCommand,
  },
  {
    name: "compile",
    summary: "Print the request that a notebook compiles to",
    place: [],
    load: async () => (await import("../commands/compile.ts")).compileCommand,
  },
  {
    name: "smoke-test",
    summary: "Check that an app runs notebooks",
    place: ["state-dir"],
    load: async () => (await import("../commands/smoke-test.ts")).smokeTestCommand,
  },
  {
    name: "doctor",
    summary: "Check the tools and ports on this machine",
    place: [],
    load: async () => (await import("../commands/doctor.ts")).doctorCommand,
  },
  {
    name: "up",
    summary: "Deploy the app to Azure, from nothing to a passed smoke test",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/up.ts")).upCommand,
  },
  {
    name: "down",
    summary: "Remove a deployment from Azure",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/down.ts")).downCommand,
  },
  {
    name: "publish",
    summary: "Publish the app again, or roll back to the previous package",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/publish.ts")).publishCommand,
  },
  {
    name: "outputs",
    summary: "Print a deployment's names and, on request, its access key",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/outputs.ts")).outputsCommand,
  },
  {
    name: "status",
    summary: "Show deployments and how far each got",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/status.ts")).statusCommand,
  },
  {
    name: "logs",
    summary: "Show the log of a deployed app",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/logs.ts")).logsCommand,
  },
  {
    name: "open",
    summary: "Open a deployment in the Azure portal",
    place: ["state-dir", "env", "rehearse"],
    load: async () => (await import("../commands/open.ts")).openCommand,
  },
  {
    name: "run",
    summary: "Run a notebook on a deployed app, and fetch all that it leaves",
    place: ["state-dir", "env"],
    load: async () => (await import("../commands/run.ts")).runCommand,
  },
  {
    name: "replay",
    summary: "Check that an app's code still fits the histories it has recorded",
    place: ["state-dir"],
    load: async () => (await import("../commands/replay.ts")).replayCommand,
  },
  {
    name: "resume",
    summary: "Continue a failed run of a deployed app once the notebook is edited",
    place: ["state-dir", "env"],
    load: async () => (await import("../commands/resume.ts")).resumeCommand,
  },
  {
    name: "fetch",
    summary: "Wait for a run that another client started, and fetch all that it leaves",
    place: ["state-dir", "env"],
    load: async () => (await import("../commands/fetch.ts")).fetchCommand,
  },
  {
    name: "variables",
    summary: "Show which variables crossed from step to step of a run, and which were lost",
    place: ["state-dir"],
    load: async () => (await import("../commands/variables.ts")).variablesCommand,
  },
  {
    name: "local instances",
    summary: "List and change orchestration instances",
    place: ["state-dir", "env"],
    load: async () => (await import("../commands/local-instances.ts")).localInstancesCommand,
  },
  {
    name: "ui",
    summary: "Open the inspector: functions, runs, instances and their histories in the browser",
    place: ["state-dir", "env"],
    load: async () => (await import("../commands/ui.ts")).uiCommand,
  },
  {
    name: "env list",
    summary: "List the environments that were made of requirements.txt files",
    place: [],
    load: async () => (await import("../commands/env-list.ts")).envListCommand,
  },
  {
    name: "env prune",
    summary: "Remove environments that are no longer used",
    place: [],
    load: async () => (await import("../commands/env-prune.ts")).envPruneCommand,
  },
  {
    name: "func start",
    summary: "Run a Functions app as `func start` does, with its options and its output",
    place: ["state-dir"],
    load: async () => (await import("../commands/func-start.ts")).funcStartCommand,
  },
  {
    name: "func durable",
    summary: "Look at and change orchestrations as `func durable` does",
    place: ["state-dir"],
    load: async () => (await import("../commands/func-durable.ts")).funcDurableCommand,
  },
  {
    name: "func publish",
    summary: "Publish a Functions app as `func azure functionapp publish` does",
    place: ["state-dir"],
    load: async () => (await import("../commands/func-publish.ts")).funcPublishCommand,
  },
  {
    name: "func shim",
    summary: "Write a `func` into a folder, for editors and scripts that call it",
    place: [],
    load: async () => (await import("../commands/func-shim.ts")).funcShimCommand,
  },
];
