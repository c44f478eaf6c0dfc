import Module from "node:module";
import { TRACE_VARIABLE } from "../trace-variable.ts";
import { redirectToDevelopmentStorage } from "./redirect-to-development-storage.ts";

/** Does what the environment asks for before the app is loaded. */
export function applyEnvironment(env: NodeJS.ProcessEnv): void {
  redirectToDevelopmentStorage(env);
  // Enabled before the app is loaded, because its source maps would not be found later. Source maps of packages are only
  // read when source locations are traced.
  if (env[TRACE_VARIABLE] !== undefined) process.setSourceMapsEnabled(true);
  else Module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
}

/** Replaces the environment and the folder that a process was started with. */
export function replaceEnvironment(env: Readonly<Record<string, string>>, folder: string): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(folder);
  applyEnvironment(process.env);
}
