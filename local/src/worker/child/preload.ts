// Loaded with --require before anything else: resolves "@azure/functions-core" to the shim next to this file, where
// Azure's worker provides it from memory. A real file on disk also survives loaders that return the source of CommonJS
// modules (tsx, tracing agents), which bypass a patched `require`.

import Module from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { applyEnvironment } from "./apply-environment.ts";

applyEnvironment(process.env);

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
