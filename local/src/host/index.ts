// The part of the Functions host that the rest of `local/` uses.

export { HOST_VERSION } from "./app-generation.ts";
export { resolveSettings } from "./config/app-environment.ts";
export type { DevelopmentStorage } from "./config/development-storage.ts";
export { type HostJson, loadHostJson } from "./config/host-json.ts";
export { type LocalSettings, loadLocalSettings } from "./config/local-settings.ts";
export { isLogged } from "./config/log-levels.ts";
export { createFunctionInvoker } from "./durable-invoker.ts";
export { HostError, type HostErrorCode, PortInUseError } from "./errors.ts";
export { type AppFunction, isWarmup } from "./functions/app-function.ts";
export type { FunctionsHost } from "./functions-host.ts";
export type {
  HostExtension,
  InputBindingContext,
  InputBindingProvider,
  OutputBindingContext,
  OutputBindingWriter,
} from "./host-extension.ts";
export type { FunctionsHostOptions, HostedFunction, HostState } from "./host-options.ts";
export type { HttpsOptions } from "./http/https-certificate.ts";
export { listenOnLoopback } from "./http/listen.ts";
export { writeReply, writeStream } from "./http/reply.ts";
export { startFunctionsHost } from "./start-functions-host.ts";
