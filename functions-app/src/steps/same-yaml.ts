import { DEFAULT_SAME_ENV, isSameEnv } from "../contract/headers.ts";

/** The settings that a step needs from same.yaml, which Python's standard library cannot read. */
export type SameYaml = {
  /** `runtime_options.same_env`, else `default`. */
  sameEnv: string;
  /** The deep size beyond which a variable is not passed on. */
  variableBytes: number;
  /** The whole document as JSON, for `sameproject.sdk`; undefined if it has no data sets. */
  json: string | undefined;
  warning?: string;
};

/**
 * Never throws: a step that does not use these settings runs with any same.yaml, as it does upstream.
 *
 * @param variableBytes - The app's limit, for a same.yaml without one.
 */
export async function readSameYaml(text: string, variableBytes: number): Promise<SameYaml> {
  const nothing = { sameEnv: DEFAULT_SAME_ENV, variableBytes, json: undefined };
  // Most files need no YAML parser, and loading it would take longer than all other work here.
  if (!/\b(datasets|serialisation_memory_limit|same_env)\b/.test(text)) return nothing;
  const { parse } = await import("yaml");
  try {
    const config = parse(text) as { datasets?: unknown; runtime_options?: Record<string, unknown> } | null;
    const { serialisation_memory_limit, same_env } = config?.runtime_options ?? {};
    const limit = Number(serialisation_memory_limit);
    return {
      sameEnv: typeof same_env === "string" && isSameEnv(same_env) ? same_env : DEFAULT_SAME_ENV,
      variableBytes: limit > 0 ? Math.trunc(limit) : variableBytes,
      json: config?.datasets ? JSON.stringify(config) : undefined,
    };
  } catch (error) {
    return { ...nothing, warning: `same.yaml could not be read: ${(error as Error).message.split("\n")[0]}` };
  }
}
