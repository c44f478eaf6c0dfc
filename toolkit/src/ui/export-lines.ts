import { shellQuote } from "./shell-quote.ts";

/**
 * The two lines that upstream's client reads; the access key is not among them. Quoted for `sh` on every system, which is what
 * evaluates them: terraform's outputs are foreign text and must not become a command.
 */
export function exportLines({ appName, hostName }: { appName: string; hostName: string }): string[] {
  const variables = { FUNCTIONS_APP_NAME: appName, FUNCTIONS_HOST_NAME: hostName };
  return Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value, "linux")}`);
}
