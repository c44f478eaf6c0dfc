import { ENVIRONMENT_OPTIONS } from "./deployment-options.ts";
import { appOptions } from "./shared-options.ts";

/** How an app that runs elsewhere is named. */
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
