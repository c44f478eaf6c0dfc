/** The requested instance ID; letters, digits, `-` and `_`. If absent, the app generates one. */
export const RUN_ID_HEADER = "x-same-run-id";
/**
 * The SAME environment whose data sets a run uses, `SAME_ENV` in its steps. Upstream's client does not send this header: if it is
 * absent, `runtime_options.same_env` of same.yaml applies, which its `--same-env` writes, otherwise `default`.
 */
export const SAME_ENV_HEADER = "x-same-env";
/** The access key; `?code=` and the password of HTTP Basic are accepted as well. */
export const ACCESS_KEY_HEADER = "x-functions-key";

/**
 * For `POST /api/runs/ID/continue`: how many steps of the earlier run are kept. They are the first ones of the request, unchanged.
 */
export const KEPT_STEPS_HEADER = "x-same-kept-steps";

export const DEFAULT_SAME_ENV = "default";

/** Safe in blob names, URLs and table keys, so that no part of Azure has to escape it. */
export const isRunId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text);

/** Whether the text is a valid value of {@link SAME_ENV_HEADER}. */
export const isSameEnv = (text: string): boolean => /^\w{1,100}$/.test(text);
