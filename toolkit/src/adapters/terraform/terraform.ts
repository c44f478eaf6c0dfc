import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { createInterface } from "node:readline";
import { OperationError, packageRoot } from "@same-kit/shared";
import { parseState, type TerraformState } from "./state.ts";
import { type TerraformSettings, terraformEnvironment } from "./terraform-environment.ts";
import { lastLines, requireSuccess, type TerraformRun, terraformMissing } from "./terraform-error.ts";
import { parseTerraformLine, type TerraformDiagnostic, type TerraformEvent } from "./ui-events.ts";

/** The part of `terraform show -json PLAN` that is read here. */
export type SavedPlan = {
  changes: ResourceChange[];
  /** The changes that the refresh before the plan found. */
  drift: ResourceChange[];
  /** The variables of the plan, from all sources. */
  variables: Record<string, unknown>;
};

export type ResourceChange = {
  address: string;
  type: string;
  /** Why it is replaced or deleted, such as `replace_because_tainted`. */
  action_reason?: string;
  change: {
    actions: string[];
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
    /** `true` for each attribute that is known only after the apply. */
    after_unknown?: Record<string, unknown>;
    /** For a replacement: paths of the attributes that force it. */
    replace_paths?: (string | number)[][];
  };
};

export type EventListener = (event: TerraformEvent) => void;

/** The public methods of {@link Terraform}. */
export type TerraformCommands = Pick<Terraform, keyof Terraform>;

const QUIET = ["-input=false", "-no-color"];
const EXIT_CHANGES = 2;
const EXIT_NOT_FOUND = 127;

/**
 * Runs the real terraform. Every method resolves with the result of the run if it is an answer, and throws
 * {@link TerraformError} if it failed. Only the exit code decides, because a failed plan prints a summary too.
 *
 * @see hashicorp/terraform, website/docs/cli/commands
 */
export class Terraform {
  readonly #settings: TerraformSettings;
  /** azurerm sends it with each request: Azure support can find them by this ID. */
  readonly #correlationId: string;

  constructor(settings: TerraformSettings) {
    this.#settings = settings;
    this.#correlationId = settings.env["ARM_CORRELATION_REQUEST_ID"] || randomUUID();
  }

  async version(): Promise<string> {
    const run = await this.#run(["version", "-json"], { anywhere: true });
    requireSuccess("version", run);
    const version = versionOf(run.stdout);
    if (version !== null) return version;
    throw new OperationError({
      code: "ERR_PREFLIGHT_TERRAFORM_MISSING",
      message: `\`${this.#settings.binary}\` did not print a Terraform version. It printed: ${lastLines(run.stdout).slice(0, 200) || "nothing"}`,
      hint: "Install Terraform 1.9 or newer, or specify it with --terraform.",
    });
  }

  async init(): Promise<void> {
    requireSuccess("init", await this.#run(["init", ...QUIET, "-json"]));
  }

  /** @returns whether applying `planFile` would change anything. */
  async plan(planFile: string, { destroy, onEvent }: { destroy: boolean; onEvent: EventListener }): Promise<boolean> {
    const args = ["plan", ...QUIET, "-json", this.#lockTimeout, "-detailed-exitcode", `-out=${planFile}`];
    const run = await this.#run(destroy ? [...args, "-destroy"] : args, { onEvent });
    if (run.exitCode !== EXIT_CHANGES) requireSuccess("plan", run);
    return run.exitCode === EXIT_CHANGES;
  }

  async showPlan(planFile: string): Promise<SavedPlan> {
    const run = await this.#run(["show", "-no-color", "-json", planFile]);
    requireSuccess("show", run);
    const document = JSON.parse(run.stdout) as {
      resource_changes?: ResourceChange[];
      resource_drift?: ResourceChange[];
      variables?: Record<string, { value: unknown }>;
    };
    const variables = Object.entries(document.variables ?? {}).map(([name, { value }]) => [name, value]);
    const { resource_changes: changes = [], resource_drift: drift = [] } = document;
    return { changes, drift, variables: Object.fromEntries(variables) };
  }

  async apply(planFile: string, onEvent: EventListener): Promise<void> {
    requireSuccess("apply", await this.#run(["apply", ...QUIET, "-json", this.#lockTimeout, planFile], { onEvent }));
  }

  /** Imports an existing resource into this state. */
  async import(address: string, id: string): Promise<void> {
    requireSuccess("import", await this.#run(["import", ...QUIET, this.#lockTimeout, address, id]));
  }

  /** All outputs, including sensitive ones in clear text; empty if nothing has been applied. */
  async outputs(): Promise<Record<string, unknown>> {
    const run = await this.#run(["output", "-no-color", "-json"]);
    requireSuccess("output", run);
    const values = JSON.parse(run.stdout) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
  }

  /** The content of the state; empty if nothing has been applied. */
  async state(): Promise<TerraformState> {
    const run = await this.#run(["state", "pull"]);
    requireSuccess("state pull", run);
    return parseState(run.stdout);
  }

  get #lockTimeout(): string {
    return `-lock-timeout=${this.#settings.lockTimeoutSeconds}s`;
  }

  /** @param options.anywhere - For a command that runs before the folder exists. */
  async #run(args: string[], options: { anywhere?: true; onEvent?: EventListener } = {}): Promise<TerraformRun> {
    const { binary, dir } = this.#settings;
    const chdir = options.anywhere ? [] : [`-chdir=${dir}`];
    const child = fork(path.join(packageRoot(), "dist", "terraform", "guard.cjs"), [binary, ...chdir, ...args], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: terraformEnvironment(this.#settings, this.#correlationId),
    });
    const stopInterrupting = this.#interruptOnAbort(child);
    const errors: TerraformDiagnostic[] = [];
    const stdout: string[] = [];
    const stderr: string[] = [];
    const exited = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
    const readOut = readLines(child.stdout, (line) => {
      stdout.push(line);
      const event = args.includes("-json") && isProgress(args) ? parseTerraformLine(line) : null;
      if (event?.kind === "diagnostic" && event.diagnostic.severity === "error") errors.push(event.diagnostic);
      if (event !== null) options.onEvent?.(event);
    });
    const readError = readLines(child.stderr, (line) => stderr.push(line));
    try {
      const [exitCode] = await Promise.all([exited, readOut, readError]);
      if (exitCode === EXIT_NOT_FOUND) throw terraformMissing(binary);
      const texts = { stdout: stdout.join("\n"), stderr: stderr.join("\n") };
      return { exitCode, errors, ...texts, correlationId: this.#correlationId };
    } finally {
      stopInterrupting();
    }
  }

  #interruptOnAbort(child: ReturnType<typeof fork>): () => void {
    const { signal, leaveNow } = this.#settings;
    const send = (text: string) => () => void (child.connected && child.send(text));
    const interrupt = send("interrupt");
    const interruptAgain = send("interrupt-again");
    signal.addEventListener("abort", interrupt);
    leaveNow?.addEventListener("abort", interruptAgain);
    if (signal.aborted) interrupt();
    return () => {
      signal.removeEventListener("abort", interrupt);
      leaveNow?.removeEventListener("abort", interruptAgain);
      if (child.connected) child.disconnect();
    };
  }
}

function versionOf(text: string): string | null {
  try {
    const { terraform_version: version } = JSON.parse(text) as { terraform_version?: unknown };
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}

/** `show` and `output` print one document instead of events. */
const isProgress = (args: string[]): boolean => ["init", "plan", "apply", "destroy"].includes(args[0] ?? "");

async function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) onLine(line);
}
