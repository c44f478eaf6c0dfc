/** The key of the live core object for the shim, which Node may evaluate more than once. */
export const CORE_KEY = Symbol.for("same-kit.functions-core");
