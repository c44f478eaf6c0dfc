import * as http from "node:http";

type ProxyUse = {
  /** A remark for the user, or null. */
  remark: string | null;
  restore(): void;
};

// Go, and so terraform, excludes them by itself.
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];
const NAMES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] as const;

/**
 * Makes `fetch` use the proxy from the environment, like terraform, az and pip: Node does so only on request. A
 * Node version that cannot change this at run time needs a variable at its start.
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
