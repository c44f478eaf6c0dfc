import path from "node:path";

export type TerraformSettings = {
  /** Name on PATH, or a path. */
  binary: string;
  /** Contains the module's files, the lock file and the state. */
  dir: string;
  env: NodeJS.ProcessEnv;
  /** How long to wait for another process's lock of the state. */
  lockTimeoutSeconds: number;
  /** First abort: one interrupt, then wait. */
  signal: AbortSignal;
  /** Second Ctrl-C: exit now. */
  leaveNow?: AbortSignal;
};

// Each would make terraform do something else: other arguments, another state, another folder for providers.
const UNUSED = /^(TF_CLI_ARGS(_.*)?|TF_WORKSPACE|TF_DATA_DIR)$/;

/** Names of the variables in `env` that are hidden from terraform. */
export function unusedTerraformVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).filter((name) => UNUSED.test(name) && env[name] !== "");
}

/** The environment in which terraform runs. */
export function terraformEnvironment({ env, dir }: TerraformSettings, correlationId: string): NodeJS.ProcessEnv {
  const used = Object.fromEntries(Object.entries(env).filter(([name]) => !UNUSED.test(name)));
  // On stderr, the log would only hide terraform's own messages.
  const log = env["TF_LOG"] && !env["TF_LOG_PATH"] ? { TF_LOG_PATH: path.join(dir, "terraform.log") } : {};
  return {
    ...used,
    ...log,
    ARM_CORRELATION_REQUEST_ID: correlationId,
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  };
}
