// Loaded with --require before anything else: makes the id "@azure/functions-core" lead to the shim next to this file, as
// Azure's worker answers it from memory. A real file on disk also survives loaders that hand out the source of CommonJS
// modules (tsx, tracing agents), where a patched `require` is bypassed.

import Module from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { TRACE_VARIABLE } from "../trace-variable.ts";
import { leadToDevelopmentStorage } from "./lead-to-development-storage.ts";

leadToDevelopmentStorage(process.env);
// Before the app is loaded: later its source maps would not be found. Those of packages are read only where places are traced.
if (process.env[TRACE_VARIABLE] !== undefined) process.setSourceMapsEnabled(true);
else Module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });

const CORE_ID = "@azure/functions-core";
const shimFile = path.join(__dirname, "functions-core.cjs");

type ResolveFilename = (request: string, ...rest: unknown[]) => string;
const loader = Module as unknown as { _resolveFilename: ResolveFilename };
const resolveFilename = loader._resolveFilename;
loader._resolveFilename = function resolveWithCore(this: unknown, request, ...rest) {
  return request === CORE_ID ? shimFile : resolveFilename.call(this, request, ...rest);
};

// ES modules that import the core themselves do not pass through `_resolveFilename`.
Module.registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== CORE_ID) return nextResolve(specifier, context);
    return { url: pathToFileURL(shimFile).href, format: "commonjs", shortCircuit: true };
  },
});
