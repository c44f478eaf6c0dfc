/** The instance ID that a run shall have; letters, digits, `-` and `_`. The app makes one up where it is absent. */
export const RUN_ID_HEADER = "x-same-run-id";
/**
 * The SAME environment whose data sets a run sees, `SAME_ENV` in its steps. Upstream's client knows no such header: where it is
 * absent, `runtime_options.same_env` of same.yaml counts, which its `--same-env` writes, else `default`.
 */
export const SAME_ENV_HEADER = "x-same-env";
/** The access key; `?code=` and the password of HTTP Basic are taken as well. */
export const ACCESS_KEY_HEADER = "x-functions-key";

/**
 * How many steps of the earlier run are kept, on `POST /api/runs/ID/continue`: the first ones of the request, which must be as they were.
 */
export const KEPT_STEPS_HEADER = "x-same-kept-steps";

export const DEFAULT_SAME_ENV = "default";

/** Safe in blob names, URLs and table keys, so that no part of Azure has to escape it. */
export const isRunId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text);

export const isSameEnv = (text: string): boolean => /^\w{1,100}$/.test(text);
