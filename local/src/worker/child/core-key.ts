/** The key under which the shim finds the live core object; Node.js may evaluate the shim more than once. */
export const CORE_KEY = Symbol.for("same-kit.functions-core");
