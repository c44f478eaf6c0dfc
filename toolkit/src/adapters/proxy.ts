import * as http from "node:http";

export type ProxyUse = {
  /** What a person should know; null: nothing. */
  remark: string | null;
  restore(): void;
};

// Go, and so terraform, leaves them out by itself.
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];
const NAMES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] as const;

/**
 * Lets `fetch` go through the proxy that the environment names, as terraform, az and pip do: Node does so only when asked to. A
 * Node that cannot do it while it runs has to be asked when it starts.
 */
export function useProxyOf(env: NodeJS.ProcessEnv): ProxyUse {
  const named = NAMES.find((name) => env[name]);
  const nothing = { remark: null, restore: () => {} };
  if (named === undefined || env["NODE_USE_ENV_PROXY"] === "1") return nothing;
  const { setGlobalProxyFromEnv } = http as { setGlobalProxyFromEnv?: (env: NodeJS.ProcessEnv) => () => void };
  if (setGlobalProxyFromEnv === undefined) {
    return { ...nothing, remark: `${named} is set: this Node uses it for same-kit only with NODE_USE_ENV_PROXY=1.` };
  }
  const outside = env["no_proxy"] || env["NO_PROXY"] || "";
  const all = { ...env, no_proxy: [...LOOPBACK, ...outside.split(",").filter((name) => name !== "")].join(",") };
  return { remark: null, restore: setGlobalProxyFromEnv(all) };
}
