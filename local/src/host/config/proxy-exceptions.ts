const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Excludes this machine from the proxy of an environment: Azure's SDKs and axios would send requests for the local
 * storage and for the host itself to the proxy, which cannot reach them.
 */
export function withoutProxyForLoopback(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!PROXIES.some((name) => env[name] || env[name.toLowerCase()])) return env;
  const { NO_PROXY: upper = "", no_proxy: lower = "" } = env;
  // Some libraries read one spelling, some the other.
  return { ...env, NO_PROXY: withLoopback(upper || lower), no_proxy: withLoopback(lower || upper) };
}

function withLoopback(list: string): string {
  const names = list.split(",").map((name) => name.trim());
  if (names.includes("*")) return list;
  return [...new Set([...names, ...LOOPBACK])].filter((name) => name !== "").join(",");
}
