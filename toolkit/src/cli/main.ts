import type { SpareProcesses } from "@same-kit/local";
import type { CommandContext } from "../command-context.ts";
import type { Command } from "../commands/define-command.ts";
import { exitCodeOf } from "../commands/exit-code.ts";
import { loadConfigFile } from "../config/config-file.ts";
import { FUNC_VERSION } from "../config/func-version.ts";
import { nearest } from "../nearest.ts";
import { type Console, createConsole } from "../ui/console.ts";
import { toPlainArguments } from "./func-arguments.ts";
import { isFuncCall, isVersionCall, toFuncExitCode, toOwnCall } from "./func-call.ts";
import { formatCommandHelp, formatOverview } from "./help.ts";
import { hintContext } from "./hint-context.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { CallError, findCommand, listGroup, parseInput } from "./parse.ts";
import { COMMANDS } from "./registry.ts";
import { reportError } from "./report-error.ts";

/**
 * The `same-kit` command.
 *
 * @param argv - Without the program's own name.
 * @param spares - For a host that the command may start.
 * @returns The exit code: 0 success, 1 failure, 2 usage error, 70 a bug, 128 + signal number when interrupted.
 */
export async function main(argv: string[], env: NodeJS.ProcessEnv, spares?: SpareProcesses): Promise<number> {
  const call: Call = { argv, env, spares, console: createConsole({ isJson: argv.includes("--json"), env }) };
  leaveQuietlyWhenNobodyReads(env);
  // Node would print the line of the bundle that threw, which can be 200 kB long.
  process.on("uncaughtException", (error) => process.exit(reportError(error, call.console)));
  const code = await dispatch(call).catch((error: unknown) => reportError(error, call.console));
  return isFuncCall(argv) ? toFuncExitCode(code) : code;
}

/** One call of the command. After parsing, its console knows which state folder and deployment its hints refer to. */
type Call = {
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
  spares: SpareProcesses | undefined;
  console: Console;
};

async function dispatch(call: Call): Promise<number> {
  const { env, spares } = call;
  const isFunc = isFuncCall(call.argv);
  if (isFunc && isVersionCall(call.argv, env)) {
    call.console.answer(FUNC_VERSION);
    return 0;
  }
  const argv = isFunc ? toOwnCall(call.argv) : call.argv;
  const cwd = process.cwd();
  const found = findCommand(argv);
  if (found === null) return overview(argv, env);
  const command = await found.entry.load();
  const isJson = argv.includes("--json") && "json" in command.options;
  call.console = createConsole({ isJson, env });
  if (argv.includes("--help") || argv.includes("-h")) {
    call.console.write(`${formatCommandHelp(command)}\n`);
    return 0;
  }
  const settings = await loadConfigFile(cwd, env);
  const rest = isFunc ? toPlainArguments(found.rest, command.options) : found.rest;
  const input = parseInput(command, rest, env, settings);
  const console = createConsole({ isJson, env, hints: hintContext(input.given, { cwd, env, settings }) });
  call.console = console;
  if (argv.includes("--verbose")) for (const origin of input.origins) console.note(`Setting: ${origin}`);
  return runInterruptibly(command, input, { cwd, env, console, spares });
}

async function runInterruptibly(
  command: Command,
  input: Parameters<Command["run"]>[0],
  context: Pick<CommandContext, "cwd" | "env" | "console" | "spares">,
): Promise<number> {
  const { console } = context;
  const { signal, leaveNow, endedBy, stop } = listenForInterrupts(command);
  leaveNow.addEventListener("abort", () => reportInterrupt(console, "Interrupted twice: exited immediately."));
  try {
    return await command.run(input, { ...context, signal, leaveNow, endedBy });
  } catch (error) {
    const name = endedBy();
    if (name === null || !signal.aborted || error !== signal.reason) throw error;
    reportInterrupt(console, "Interrupted.");
    return exitCodeOf(name);
  } finally {
    stop();
  }
}

function reportInterrupt(console: Console, message: string): void {
  console.json({ error: { code: "ERR_INTERRUPTED", message } });
  console.note(message);
}

async function overview(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const console = createConsole({ isJson: false, env });
  const words = argv.filter((word) => !word.startsWith("-"));
  if (words.length === 0 && (argv.includes("--version") || argv.includes("-V"))) {
    console.answer(await readVersion());
    return 0;
  }
  const group = words.length === 0 ? COMMANDS : listGroup(words);
  const isHelp = argv.includes("--help") || argv.includes("-h") || argv.length === 0;
  if (isHelp && group.length > 0) {
    console.answer(formatOverview(group));
    return 0;
  }
  throw unknownCommand(words, group.length > 0);
}

function unknownCommand(words: readonly string[], isGroup: boolean): CallError {
  const typed = words.slice(0, 2).join(" ");
  if (words.length === 0) return new CallError("No command was given.", "`same-kit --help` lists the commands.");
  if (isGroup && words.length === 1) {
    return new CallError(`\`same-kit ${typed}\` needs a subcommand.`, `\`same-kit ${typed} --help\` lists them.`);
  }
  const names = COMMANDS.map(({ name }) => name);
  const near = nearest(typed, names) ?? nearest(words[0] ?? "", names);
  const guess = near === null ? "" : ` Did you mean \`same-kit ${near}\`?`;
  return new CallError(`There is no command \`same-kit ${typed}\`.${guess}`, "`same-kit --help` lists the commands.");
}

async function readVersion(): Promise<string> {
  const { packageVersion } = await import("../config/package-version.ts");
  return packageVersion();
}

/** `same-kit … | head` closes our output early, which is not an error. */
function leaveQuietlyWhenNobodyReads(env: NodeJS.ProcessEnv): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    // Not as JSON, because that could not be written either.
    if (error.code !== "EIO") process.exit(reportError(error, createConsole({ isJson: false, env })));
  });
  // This also covers a closed terminal: work that has started must still be finished.
  process.stderr.on("error", () => {});
}
