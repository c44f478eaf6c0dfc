import {
  DEVELOPMENT_ACCOUNT,
  DEVELOPMENT_PORTS,
  PUBLIC_DEVELOPMENT_KEY,
  type ServicePorts,
} from "../../shared/development-account.ts";
import { type DevelopmentRoutes, ROUTES_VARIABLE } from "../../worker/development-routes.ts";

/** The emulator of Azure Storage that an app of this host reaches, by whatever name it refers to one. */
export type DevelopmentStorage = DevelopmentRoutes & { connectionString: string };

/**
 * Directs an app to the host's own emulator if it names the machine's emulator: its settings get the connection string,
 * and its worker redirects what the code itself names; see `worker/child/redirect-to-development-storage.ts`.
 */
export function withDevelopmentStorage(
  env: Readonly<Record<string, string>>,
  { connectionString, ports, entrance }: DevelopmentStorage,
): Record<string, string> {
  const routes: DevelopmentRoutes = { ports, ...(entrance === undefined ? {} : { entrance }) };
  const settings = Object.entries(env).map(([name, value]) => [
    name,
    namesDevelopmentStorage(value, ports) ? connectionString : value,
  ]);
  return { ...Object.fromEntries(settings), [ROUTES_VARIABLE]: JSON.stringify(routes) };
}

/**
 * Whether `value` is `UseDevelopmentStorage=true`, or names the public account on the default emulator ports or on the
 * ports of this emulator.
 */
export function namesDevelopmentStorage(value: string, ports: ServicePorts): boolean {
  if (!/DevelopmentStorage=|AccountName=/i.test(value)) return false;
  const parts = parseConnectionString(value);
  if (parts.get("usedevelopmentstorage")?.toLowerCase() === "true") return true;
  const isPublicAccount =
    parts.get("accountname") === DEVELOPMENT_ACCOUNT && parts.get("accountkey") === PUBLIC_DEVELOPMENT_KEY;
  const endpoints = [...parts].filter(([name]) => name.endsWith("endpoint")).map(([, url]) => url);
  return isPublicAccount && endpoints.every((url) => isAt(url, [DEVELOPMENT_PORTS, ports]));
}

/** Names are in lower case. */
function parseConnectionString(text: string): Map<string, string> {
  const parts = text.split(";").map((part) => /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(part));
  return new Map(parts.flatMap((found) => (found === null ? [] : [[found[1]!.toLowerCase(), found[2]!] as const])));
}

function isAt(url: string, wanted: readonly ServicePorts[]): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, port } = new URL(url);
  const isHere = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return isHere && wanted.some((ports) => Object.values(ports).includes(Number(port)));
}
