/** Where the live core object is kept for the shim, which Node may evaluate more than once. */
export const CORE_KEY = Symbol.for("same-kit.functions-core");
