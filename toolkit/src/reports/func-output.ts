// The output of `func start`: editors and test harnesses wait for some of its lines, so their text and order are fixed.

import { randomBytes } from "node:crypto";
import type { LogEntry, LogLevel } from "@same-kit/shared";
import type { HostEvent } from "../ports.ts";
import type { Console, Style } from "../ui/console.ts";
import { printableInLine } from "../ui/printable.ts";
import type { FuncOutput } from "../usecases/func-start.ts";

export type FuncOutputOptions = {
  /** Shows the host's own lines from level Information on, instead of Warning. */
  isVerbose: boolean;
  /** The lowest level of the functions' lines. */
  userLevel: LogLevel | "none";
  /** Receives what the worker printed after {@link JSON_PREFIX}. */
  writeJson(line: string): void;
  /** Versions of func, of Azure's host, and of same-kit. */
  versions: { func: string; host: string; own: string };
  now?: () => Date;
};

/** The prefix of a worker's line for programs. */
const JSON_PREFIX = "azfuncjsonlog:";
const RANK: Readonly<Record<LogLevel | "none", number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, none: 5 };
const COLOURS: Partial<Record<LogLevel, Style>> = { error: "red", warn: "yellow", info: "cyan" };

export function createFuncOutput(console: Console, options: FuncOutputOptions): FuncOutput {
  return new FuncTerminal(console, options);
}

class FuncTerminal implements FuncOutput {
  readonly #console: Console;
  readonly #options: FuncOutputOptions;
  /** Set once the host accepts requests; the list is printed when the app is loaded too. */
  #host: { readonly functionListText: string } | null = null;
  #hasWorker = false;
  #isAnnounced = false;

  constructor(console: Console, options: FuncOutputOptions) {
    this.#console = console;
    this.#options = options;
  }

  starting(): void {
    const { func, host, own } = this.#options.versions;
    const lines = [`Core Tools Version:       ${func}`, `Function Runtime Version: ${host}`];
    this.#console.answer(`\nsame-kit ${own} in place of Azure Functions Core Tools\n${lines.join("\n")}\n`);
  }

  event(event: HostEvent): void {
    if (event.kind === "line") this.#line(event);
    if (event.kind !== "worker-started") return;
    this.#hasWorker = true;
    // With --verbose it is one of the host's own lines.
    if (!this.#options.isVerbose) this.#print("info", "Worker process started and initialized.", event.time);
    this.#announce();
  }

  ready(host: { readonly functionListText: string }): void {
    this.#host = host;
    this.#announce();
  }

  /** After a failed start, the list is printed when the first worker has loaded the app. */
  #announce(): void {
    if (this.#host === null || !this.#hasWorker || this.#isAnnounced) return;
    this.#isAnnounced = true;
    // The console adds the last line break.
    if (this.#host.functionListText !== "") this.#console.answer(this.#host.functionListText.slice(0, -1));
    if (!this.#options.isVerbose) this.#console.answer("For detailed output, run func with --verbose flag.");
    this.#print("info", "Job host started");
    this.#print("info", `Host lock lease acquired by instance ID '${randomBytes(16).toString("hex").toUpperCase()}'.`);
  }

  #line(entry: LogEntry): void {
    const { source, level, message, time } = entry;
    if (source === "console" && message.toLowerCase().startsWith(JSON_PREFIX)) {
      this.#options.writeJson(message.slice(JSON_PREFIX.length));
      return;
    }
    if (!isShown(entry, this.#options)) return;
    this.#print(level, message + describeFields(entry), time);
  }

  #print(level: LogLevel, message: string, time = this.#options.now?.() ?? new Date()): void {
    const stamp = this.#console.paint("dim", `[${time.toISOString()}]`);
    const colour = COLOURS[level] ?? "dim";
    for (const line of message.split("\n")) this.#console.answer(`${stamp} ${this.#console.paint(colour, line)}`);
  }
}

/** Log lines of a function, and lines about its calls, count as the user's; func prints no lines about requests. */
function isShown(
  { source, level, component }: LogEntry,
  { isVerbose, userLevel }: Pick<FuncOutputOptions, "isVerbose" | "userLevel">,
): boolean {
  if (source === "request") return isVerbose;
  const isUsers = source !== "system" || component.startsWith("Function.");
  return RANK[level] >= RANK[isUsers ? userLevel : isVerbose ? "info" : "warn"];
}

/** A function's own line is printed without fields; the last line about a call already names the function. */
function describeFields({ source, component, message, fields }: LogEntry): string {
  if (source !== "system") return "";
  if (component.startsWith("Function.")) {
    const id = String(fields["invocationId"] ?? "");
    return message.includes(id) ? "" : ` (Id=${printableInLine(id)})`;
  }
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
  return shown.map(([name, value]) => ` ${name}=${printableInLine(String(value))}`).join("");
}
