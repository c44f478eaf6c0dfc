import { ENVIRONMENT_OPTIONS } from "./deployment-options.ts";
import { appOptions } from "./shared-options.ts";

/** Options that select an app running elsewhere. */
export const REMOTE_OPTIONS = {
  "host-name": {
    type: "string",
    value: "HOST",
    help: "HOST, HOST:PORT or same:KEY@HOST (default: the app of --env)",
    variable: "FUNCTIONS_HOST_NAME",
  },
  ...appOptions,
  env: ENVIRONMENT_OPTIONS.env,
} as const;
