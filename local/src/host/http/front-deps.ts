import type { Logger, RequestGuard } from "@same-kit/shared";
import type { HostEvent } from "../../events/host-event.ts";
import type { Tracer } from "../../telemetry/index.ts";
import type { AppRuntime } from "../app-runtime.ts";
import type { HostExtension } from "../host-extension.ts";
import type { Invoker } from "../invoker.ts";
import type { KeyStore } from "../keys/key-store.ts";
import type { CorsPolicy } from "./cors.ts";

/** What the HTTP front and the admin API need from the host. */
export type FrontDeps = {
  appDir: string;
  /** The app's environment, including its settings. */
  env(): Readonly<Record<string, string>>;
  runtime: AppRuntime;
  invoker: Invoker;
  extensions: readonly HostExtension[];
  keys: KeyStore;
  requireKeys: boolean;
  guard: RequestGuard & { cors: CorsPolicy };
  bodyLimitBytes: number;
  reload(): Promise<void>;
  report(event: HostEvent): void;
  tracer: Tracer | undefined;
  log: Logger;
};
