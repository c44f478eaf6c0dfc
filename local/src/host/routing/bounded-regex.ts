import vm from "node:vm";
import { RE2JS } from "re2js";

// .NET gives a route's expression ten seconds, on a thread of its own; ours would keep the whole host waiting.
const TIME_LIMIT_MS = 100;

/**
 * An expression that tells whether it occurs in a text, case ignored. RE2 takes a time that grows with the text's length only. What it
 * does not know, look-around and references to groups, is left to the runtime's own engine, which may take exponential time: there
 * a text that takes longer than 0.1 s does not match.
 *
 * @returns `undefined` if neither can parse it.
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

/** Only a script can be interrupted while an expression is evaluated. */
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
