import type { Command } from "../commands/define-command.ts";

/** A command that is loaded only when it is called, so that every other one starts fast. */
export type CommandEntry = { name: string; summary: string; load: () => Promise<Command> };

/** Every command, in the order that help lists them. Each entry is one line here and one file in `commands/`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "local run",
    summary: "Run a notebook on this machine, on the real app",
    load: async () => (await import("../commands/local-run.ts")).localRunCommand,
  },
  {
    name: "local resume",
    summary: "Continue a run that did not end",
    load: async () => (await import("../commands/local-resume.ts")).localResumeCommand,
  },
  {
    name: "local discard",
    summary: "Forget a run that did not end",
    load: async () => (await import("../commands/local-discard.ts")).localDiscardCommand,
  },
  {
    name: "local up",
    summary: "Start a local host that stays",
    load: async () => (await import("../commands/local-up.ts")).localUpCommand,
  },
  {
    name: "local down",
    summary: "Stop local hosts",
    load: async () => (await import("../commands/local-down.ts")).localDownCommand,
  },
  {
    name: "local status",
    summary: "Show local hosts and runs",
    load: async () => (await import("../commands/local-status.ts")).localStatusCommand,
  },
  {
    name: "local logs",
    summary: "Show what a host in the background printed",
    load: async () => (await import("../commands/local-logs.ts")).localLogsCommand,
  },
  {
    name: "local clean",
    summary: "Remove what is no longer needed",
    load: async () => (await import("../commands/local-clean.ts")).localCleanCommand,
  },
  {
    name: "compile",
    summary: "Print the request that a notebook becomes",
    load: async () => (await import("../commands/compile.ts")).compileCommand,
  },
  {
    name: "smoke-test",
    summary: "Prove that an app runs notebooks",
    load: async () => (await import("../commands/smoke-test.ts")).smokeTestCommand,
  },
  {
    name: "doctor",
    summary: "Check what this machine has",
    load: async () => (await import("../commands/doctor.ts")).doctorCommand,
  },
  {
    name: "up",
    summary: "Deploy the app to Azure, from nothing to a passed smoke test",
    load: async () => (await import("../commands/up.ts")).upCommand,
  },
  {
    name: "down",
    summary: "Remove a deployment from Azure",
    load: async () => (await import("../commands/down.ts")).downCommand,
  },
  {
    name: "publish",
    summary: "Publish the app again, or go back to the package before",
    load: async () => (await import("../commands/publish.ts")).publishCommand,
  },
  {
    name: "outputs",
    summary: "Print a deployment's names, and on demand its access key",
    load: async () => (await import("../commands/outputs.ts")).outputsCommand,
  },
  {
    name: "status",
    summary: "Show what was deployed, and how far",
    load: async () => (await import("../commands/status.ts")).statusCommand,
  },
  {
    name: "logs",
    summary: "Show what a deployed app printed",
    load: async () => (await import("../commands/logs.ts")).logsCommand,
  },
  {
    name: "open",
    summary: "Open a deployment in the Azure portal",
    load: async () => (await import("../commands/open.ts")).openCommand,
  },
];
