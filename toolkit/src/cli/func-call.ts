// `same-kit func …`, and the shim that replaces func itself: maps func's commands to ours, with func's words.

import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";

/** Set for a call that looks for Azure Functions Core Tools: a stand-in must not be taken for them. */
const WANTS_CORE_TOOLS = "SAME_KIT_WANTS_CORE_TOOLS";

/** Options of func that may precede the command, and take a value. */
const GLOBAL_OPTIONS = new Set(["--script-root", "--prefix"]);
const VERSION = new Set(["--version", "-v", "version"]);
const HELP = new Set(["--help", "-h", "help"]);

/** func's own exit code for a call that cannot be parsed. */
const EXIT_PARSE_ERROR = 3;

export function isFuncCall(argv: readonly string[]): boolean {
  return argv[0] === "func";
}

/** @throws OperationError `ERR_FUNC_UNSUPPORTED` if the caller looks for Azure Functions Core Tools. */
export function isVersionCall(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  if (env[WANTS_CORE_TOOLS] !== undefined)
    throw unsupported("This func is same-kit's, not Azure Functions Core Tools.");
  return argv.length === 2 && VERSION.has(argv[1]?.toLowerCase() ?? "");
}

/** @returns The code that func would exit with. */
export function toFuncExitCode(code: number): number {
  return code === 2 ? EXIT_PARSE_ERROR : code;
}

/**
 * The call as ours: `func host start` is `func start`, `func azure functionapp publish` is `func publish`; func's options
 * before the command are moved behind it.
 *
 * @throws OperationError `ERR_FUNC_UNSUPPORTED` for a command that same-kit does not support in func's place.
 */
export function toOwnCall(argv: readonly string[]): string[] {
  const { early, rest } = takeGlobals(argv.slice(1));
  const [first = "", second = "", third = ""] = rest.map((word) => word.toLowerCase());
  if (first === "" || HELP.has(first)) return ["func", ...early, "--help"];
  if (first === "host" && second === "start") return ["func", "start", ...rest.slice(2), ...early];
  if (first === "azure" && second === "functionapp" && third === "publish") {
    return ["func", "publish", ...rest.slice(3), ...early];
  }
  if (first === "init" || first === "new") {
    throw unsupported(
      `same-kit runs Functions apps and does not create them: use Azure Functions Core Tools for \`func ${first}\`.`,
    );
  }
  if (OWN.has(first)) return ["func", first, ...rest.slice(1), ...early];
  const words = rest.filter((word) => !word.startsWith("-")).slice(0, first === "azure" ? 3 : 2);
  throw unsupported(`same-kit does not support \`func ${words.join(" ")}\`: use Azure Functions Core Tools instead.`);
}

const OWN = new Set(["start", "publish", "durable", "shim"]);

function takeGlobals(words: readonly string[]): { early: string[]; rest: string[] } {
  const early: string[] = [];
  let at = 0;
  for (; GLOBAL_OPTIONS.has(words[at]?.toLowerCase() ?? ""); at += 2) early.push(...words.slice(at, at + 2));
  return { early, rest: words.slice(at) };
}

function unsupported(message: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_FUNC_UNSUPPORTED", message });
}
