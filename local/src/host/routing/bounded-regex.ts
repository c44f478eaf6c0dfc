import vm from "node:vm";
import { RE2JS } from "re2js";

// .NET allows ten seconds for a route's expression, on a separate thread; here a slow expression would block the whole
// host.
const TIME_LIMIT_MS = 100;

/**
 * Creates a case-insensitive test for whether an expression occurs in a text. RE2 runs in time linear in the text's
 * length. What RE2 does not support (lookaround and backreferences) is evaluated by the runtime's engine, which may
 * take exponential time: there, a text that takes longer than 0.1 s does not match.
 *
 * @returns `undefined` if neither engine can parse it.
 */
export function createBoundedTest(pattern: string): ((text: string) => boolean) | undefined {
  const linear = compileLinear(pattern);
  if (linear !== undefined) return (text) => linear.test(text);
  const backtracking = compileBacktracking(pattern);
  return backtracking && ((text) => testInTime(backtracking, text));
}

function compileLinear(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern), RE2JS.CASE_INSENSITIVE);
  } catch {
    return undefined;
  }
}

function compileBacktracking(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "i");
  } catch {
    return undefined;
  }
}

let context: vm.Context | undefined;

/** Evaluated in a script, because only scripts can be interrupted. */
function testInTime(expression: RegExp, text: string): boolean {
  context ??= vm.createContext(Object.create(null));
  Object.assign(context, { expression, text });
  try {
    return vm.runInContext("expression.test(text)", context, { timeout: TIME_LIMIT_MS }) === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  }
}
